//! The evidence that a text stays here: every request that was made.

use leptos::prelude::*;
use sinet_logic::bytes;
use sinet_logic::network::offline::sentence;
use sinet_logic::network::texts::Texts;
use sinet_logic::network::traffic::Traffic;
use sinet_protocol::Keeping;

use crate::engine::Phase;
use crate::network::{Offline, address, requests};
use crate::session::Session;

/// The requests, and whether the page needs any more of them.
#[component]
pub fn Privacy(session: Session, offline: Offline) -> impl IntoView {
    let (log, kept) = (requests::log(), requests::kept());
    let texts = RwSignal::new(Texts::default());
    Effect::new(move || session.text.with(|text| texts.update(|texts| texts.add(text))));
    let home = address("./");
    let traffic =
        Memo::new(move |_| log.with(|log| kept.with(|kept| texts.with(|texts| Traffic::new(&home, log, kept, texts)))));
    let has_model = move || {
        let model = session.model.get();
        let is_kept = session.models.kept.with(|kept| kept.iter().any(|(name, _)| *name == model));
        matches!(session.phase(), Phase::Ready(_)).then(|| session.keeping() == Keeping::Kept && is_kept)
    };
    let told = move || sentence(offline.files.get(), has_model());
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
        <p class="offline">{told}</p>
        <Show when=move || offline.has_newer.get()>
            <p>
                "A newer version of this page is here. "
                <button type="button" class="quiet" on:click=move |_| offline.use_newer()>"Use it"</button>
            </p>
        </Show>
        <details class="privacy" on:toggle=move |_| offline.ask_for_requests()>
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
