//! What backs the sentence that a text stays here: every request that was made.

use leptos::prelude::*;
use sinet_logic::bytes;
use sinet_logic::network::traffic::Traffic;

use crate::network::{Offline, State, requests};

/// The requests, and whether the page needs any more of them.
#[component]
pub fn Privacy(offline: Offline) -> impl IntoView {
    let (log, kept) = (requests::log(), requests::kept());
    let traffic = Memo::new(move |_| {
        let own = window().location().origin().unwrap_or_default();
        log.with(|log| kept.with(|kept| Traffic::new(&own, log, kept)))
    });
    let told = move || match offline.state.get() {
        State::Preparing => "",
        State::Ready => "The page and the model in use are kept in this browser: it works without a network too.",
        State::Impossible => "This browser does not keep the page for use without a network.",
    };
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
