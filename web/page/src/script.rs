//! `window.sinet`: the page's model for other scripts.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Error, JSON, Object, Promise, Reflect, TypeError};
use leptos::prelude::*;
use sinet_page::catalogue::ModelName;
use sinet_page::device::parse_choice;
use sinet_protocol::DeviceChoice;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use crate::engine::{Engine, Phase};

/// The engines that scripts have asked for. Each holds a model in memory, so only the newest is kept.
type Kept = Rc<RefCell<Option<(ModelName, DeviceChoice, Engine)>>>;

/// Puts `sinet.annotate(text, {model, device})` on the window. It promises the object that `sinet predict`
/// prints for the text; model and device are by default those of the page, which `current` gives.
pub fn install(current: impl Fn() -> (ModelName, DeviceChoice, Engine) + 'static) {
    let kept = Kept::default();
    let annotate = Closure::<dyn Fn(JsValue, JsValue) -> Promise>::new(move |text: JsValue, options: JsValue| {
        let engine = choose_engine(&options, current(), &kept);
        future_to_promise(async move {
            // Lone surrogates become U+FFFD on their way into Rust.
            let text = text.as_string().ok_or_else(|| TypeError::new("sinet.annotate: the text must be a string."))?;
            let (choice, engine) = engine?;
            annotate(text, choice, &engine).await
        })
    });
    let api = Object::new();
    Reflect::set(&api, &"annotate".into(), &annotate.into_js_value()).expect("a new object takes properties");
    Reflect::set(&js_sys::global(), &"sinet".into(), &api).expect("the window takes properties");
}

async fn annotate(text: String, choice: DeviceChoice, engine: &Engine) -> Result<JsValue, JsValue> {
    let answer = engine.annotate(text).await.map_err(|message| Error::new(&message))?;
    if let (DeviceChoice::Webgpu, Phase::Ready(report)) = (choice, engine.phase().get_untracked())
        && report.device != "webgpu"
    {
        return Err(Error::new(&format!("sinet.annotate: WebGPU does not run here. {}", report.reason)).into());
    }
    let json = serde_json::to_string(&answer.reading.annotation).expect("annotations are plain JSON");
    JSON::parse(&json)
}

/// The page's engine if it fits the options, else the kept one, else a new one.
fn choose_engine(
    options: &JsValue,
    (model, choice, engine): (ModelName, DeviceChoice, Engine),
    kept: &Kept,
) -> Result<(DeviceChoice, Engine), JsValue> {
    let wanted_model = match option(options, "model")? {
        None => model,
        Some(name) => ModelName::from_folder(&name).ok_or_else(|| {
            let known = ModelName::ALL.map(ModelName::folder).join(", ");
            Error::new(&format!("sinet.annotate: there is no model “{name}”; there are {known}."))
        })?,
    };
    let wanted_choice = match option(options, "device")? {
        None => choice,
        Some(name) => parse_choice(&name).ok_or_else(|| {
            Error::new(&format!("sinet.annotate: there is no device “{name}”; there are auto, cpu, webgpu."))
        })?,
    };
    if (wanted_model, wanted_choice) == (model, choice) {
        return Ok((choice, engine));
    }
    let mut kept = kept.borrow_mut();
    let engine = match &*kept {
        Some((model, choice, engine)) if (*model, *choice) == (wanted_model, wanted_choice) => engine.clone(),
        _ => Engine::start(wanted_model, wanted_choice),
    };
    *kept = Some((wanted_model, wanted_choice, engine.clone()));
    Ok((wanted_choice, engine))
}

/// A string among the options.
fn option(options: &JsValue, key: &str) -> Result<Option<String>, JsValue> {
    if options.is_undefined() || options.is_null() {
        return Ok(None);
    }
    let value = Reflect::get(options, &key.into())
        .map_err(|_| TypeError::new("sinet.annotate: the options must be an object."))?;
    if value.is_undefined() {
        return Ok(None);
    }
    let refuse = || TypeError::new(&format!("sinet.annotate: the option {key} must be a string."));
    Ok(Some(value.as_string().ok_or_else(refuse)?))
}
