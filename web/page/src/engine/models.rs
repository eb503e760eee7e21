//! The models that people have brought, and what the browser keeps of all of them.

use std::collections::BTreeMap;

use js_sys::Array;
use leptos::prelude::*;
use sinet_logic::engine::catalogue::ModelName;
use sinet_logic::engine::device::WorkerKind;
use sinet_logic::engine::failure::Failure;
use sinet_protocol::{MODEL_CACHE, Reply, Request};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Cache, CacheQueryOptions, File, StorageEstimate};

use super::worker::RunningWorker;
use crate::network::{address, requests};

/// The models that can be chosen beside those that ship; a copy is the same list.
#[derive(Clone, Copy)]
pub struct Models {
    /// Those that people have brought: which, and what each is called.
    pub own: RwSignal<Vec<(ModelName, String)>>,
    /// Bytes that the browser keeps of each model.
    pub kept: RwSignal<Vec<(ModelName, u64)>>,
    /// Bytes that the browser keeps for this page, and how many it would keep, as far as it tells.
    pub space: RwSignal<Option<(u64, u64)>>,
    /// A model that is being added, or why it was not.
    pub adding: RwSignal<Adding>,
    worker: StoredValue<Option<RunningWorker>, LocalStorage>,
}

/// How far the adding of a model has come.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Adding {
    /// No model is being added.
    #[default]
    Nothing,
    /// Its files are read and checked.
    Checking,
    /// It was refused.
    Refused(Failure),
    /// It can be chosen now.
    Added(ModelName),
}

impl Models {
    /// Nothing yet: [`refresh`](Self::refresh) looks.
    pub fn new() -> Self {
        Self {
            own: RwSignal::default(),
            kept: RwSignal::default(),
            space: RwSignal::default(),
            adding: RwSignal::default(),
            worker: StoredValue::new_local(None),
        }
    }

    /// The name of a model, for readers.
    pub fn title(self, model: ModelName) -> String {
        let own = self.own.with(|own| own.iter().find(|(name, _)| *name == model).map(|(_, title)| title.clone()));
        own.unwrap_or_else(|| model.title().to_owned())
    }

    /// Looks what the browser keeps.
    pub fn refresh(self) {
        spawn_local(async move {
            let (own, kept) = look().await.unwrap_or_default();
            self.own.set(own);
            self.kept.set(kept);
            self.space.set(estimate().await);
        });
    }

    /// Checks the files of a model and keeps them; `then` gets the model that can be chosen now.
    ///
    /// A worker of its own does it, so that nothing that a stranger's files may cause touches the model that runs.
    pub fn add(self, files: Vec<(String, File)>, then: impl Fn(ModelName) + 'static) {
        self.adding.set(Adding::Checking);
        let refuse = move |failure| self.adding.set(Adding::Refused(failure));
        let (paths, files): (Vec<_>, Vec<_>) = files.into_iter().unzip();
        let request = Request::Keep { shelf: address("models/own/"), paths };
        let on_reply = move |reply| match reply {
            Reply::Ready => self.worker.with_value(|worker| {
                if let Some(worker) = worker {
                    worker.post_with_files(&request, &files);
                }
            }),
            Reply::Kept { folder } => {
                self.worker.set_value(None);
                if let Some(model) = ModelName::from_folder(&format!("own/{folder}")) {
                    self.adding.set(Adding::Added(model));
                    self.refresh();
                    then(model);
                }
            }
            Reply::Failed { fault, message, .. } | Reply::Stopped { fault, message } => {
                self.worker.set_value(None);
                refuse(Failure::new(fault, message));
            }
            Reply::Fetched { fetches } => requests::note(fetches),
            _ => {}
        };
        let on_stop = move |failure| {
            self.worker.set_value(None);
            refuse(failure);
        };
        match RunningWorker::start(WorkerKind::Cpu, on_reply, on_stop) {
            Ok(worker) => self.worker.set_value(Some(worker)),
            Err(failure) => refuse(failure),
        }
    }

    /// Forgets a model. One that ships is fetched again when it is wanted, one that a person has brought is gone.
    pub fn forget(self, model: ModelName) {
        spawn_local(async move {
            forget(&address(&format!("models/{}/", model.folder()))).await;
            self.refresh();
        });
    }

    /// Forgets the files of all models that ship.
    pub fn forget_shipped(self) {
        spawn_local(async move {
            for model in ModelName::SHIPPED {
                forget(&address(&format!("models/{}/", model.folder()))).await;
            }
            self.refresh();
        });
    }
}

/// The contents of the cache: own models with their titles, and the bytes of each model.
async fn look() -> Option<(Vec<(ModelName, String)>, Vec<(ModelName, u64)>)> {
    let cache = open().await?;
    let shelf = address("models/");
    let mut bytes: BTreeMap<String, u64> = BTreeMap::new();
    let mut own = Vec::new();
    for address in addresses(&cache).await {
        let Some((folder, file)) = address.strip_prefix(&shelf).and_then(|path| path.rsplit_once('/')) else {
            continue;
        };
        let Some(response) = stored(&cache, &address).await else { continue };
        let length =
            response.headers().get("content-length").ok().flatten().and_then(|length| length.parse::<u64>().ok());
        *bytes.entry(folder.to_owned()).or_default() += length.unwrap_or(0);
        // The manifest is what makes a folder a model: it is kept last.
        if let Some(model) = ModelName::from_folder(folder).filter(|model| model.is_own() && file == "manifest.json") {
            own.push((model, title(&cache, &shelf, folder).await.unwrap_or_else(|| model.title().to_owned())));
        }
    }
    let kept = bytes.into_iter().filter_map(|(folder, bytes)| Some((ModelName::from_folder(&folder)?, bytes)));
    Some((own, kept.collect()))
}

/// The name in a model's configuration.
async fn title(cache: &Cache, shelf: &str, folder: &str) -> Option<String> {
    let options = CacheQueryOptions::new();
    options.set_ignore_search(true);
    let found = cache.match_with_str_and_options(&format!("{shelf}{folder}/config.json"), &options);
    let response: web_sys::Response = JsFuture::from(found).await.ok()?.dyn_into().ok()?;
    let json = JsFuture::from(response.text().ok()?).await.ok()?.as_string()?;
    let config: serde_json::Value = serde_json::from_str(&json).ok()?;
    Some(config.get("name")?.as_str()?.to_owned())
}

async fn open() -> Option<Cache> {
    let storage = web_sys::window()?.caches().ok().filter(|storage| !storage.is_undefined())?;
    JsFuture::from(storage.open(MODEL_CACHE)).await.ok()?.dyn_into().ok()
}

async fn addresses(cache: &Cache) -> Vec<String> {
    let keys = JsFuture::from(cache.keys()).await.map(|keys| Array::from(&keys)).unwrap_or_default();
    keys.iter().map(|request| request.unchecked_into::<web_sys::Request>().url()).collect()
}

async fn stored(cache: &Cache, address: &str) -> Option<web_sys::Response> {
    JsFuture::from(cache.match_with_str(address)).await.ok()?.dyn_into().ok()
}

async fn forget(base: &str) {
    let Some(cache) = open().await else { return };
    for address in addresses(&cache).await.iter().filter(|address| address.starts_with(base)) {
        JsFuture::from(cache.delete_with_str(address)).await.ok();
    }
}

/// Bytes used and granted.
async fn estimate() -> Option<(u64, u64)> {
    let storage = web_sys::window()?.navigator().storage();
    if storage.is_undefined() {
        return None;
    }
    let estimate: StorageEstimate = JsFuture::from(storage.estimate().ok()?).await.ok()?.unchecked_into();
    Some((estimate.get_usage()? as u64, estimate.get_quota()? as u64))
}
