//! The evidence that a text stays here: every request that was made.

use leptos::prelude::*;
use sinet_logic::bytes;
use sinet_logic::network::offline;
use sinet_logic::network::texts::Texts;
use sinet_logic::network::traffic::Traffic;
use sinet_protocol::Keeping;

use crate::app::Page;
use crate::engine::Phase;
use crate::network::{address, requests};

/// The requests, and whether the page needs any more of them.
#[component]
pub fn Privacy(page: Page) -> impl IntoView {
    let (log, kept) = (requests::log(), requests::kept());
    let texts = RwSignal::new(Texts::default());
    Effect::new(move || page.text.with(|text| texts.update(|texts| texts.add(text))));
    let home = address("./");
    let traffic =
        Memo::new(move |_| log.with(|log| kept.with(|kept| texts.with(|texts| Traffic::new(&home, log, kept, texts)))));
    let has_model = move || {
        let model = page.model.get();
        let is_kept = page.models.kept.with(|kept| kept.iter().any(|(name, _)| *name == model));
        matches!(page.phase(), Phase::Ready(_)).then(|| page.keeping() == Keeping::Kept && is_kept)
    };
    let offline = move || offline::sentence(page.offline.files.get(), has_model());
    let rows = move || {
        let row = |line: &sinet_logic::network::traffic::Line| {
            let over = if line.transferred_bytes == 0 {
                "from this machine".to_owned()
            } else {
                bytes::tell(line.transferred_bytes)
            };
            view! {
                <tr>
                    <td>{line.address.clone()}</td>
                    <td>{line.maker}</td>
                    <td class="number">{bytes::tell(line.content_bytes)}</td>
                    <td class="number">{over}</td>
                </tr>
            }
        };
        traffic.with(|traffic| traffic.lines.iter().map(row).collect_view())
    };
    view! {
        <p class="offline">{offline}</p>
        <Show when=move || page.offline.has_newer.get()>
            <p>
                "A newer version of this page is here. "
                <button type="button" class="quiet" on:click=move |_| page.offline.use_newer()>"Use it"</button>
            </p>
        </Show>
        <details class="privacy" on:toggle=move |_| page.offline.ask_for_requests()>
            <summary>"Every request this page has made"</summary>
            <p>{move || traffic.with(Traffic::sentence)}</p>
            <div class="scroll" tabindex="0" role="region" aria-label="Requests">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Address"</th>
                            <th scope="col">"Asked for by"</th>
                            <th scope="col" class="number">"Size"</th>
                            <th scope="col" class="number">"Network"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
}
