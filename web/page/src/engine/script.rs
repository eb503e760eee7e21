//! `window.sinet`: the page's model for other scripts.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Error, JSON, Object, Promise, Reflect, TypeError};
use leptos::prelude::*;
use sinet_logic::engine::catalogue::ModelName;
use sinet_logic::engine::device::parse_choice;
use sinet_protocol::{DeviceChoice, Switches};
use sinet_text::annotation::WordRange;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use super::client::{Engine, Phase};

/// The engines that scripts have asked for. Each holds a model in memory, so only the newest is kept.
type Kept = Rc<RefCell<Option<(ModelName, DeviceChoice, Engine)>>>;

/// Puts `sinet.annotate(text, {model, device})` on the window. It promises the object that `sinet predict`
/// prints for the text; model and device are by default those of the page, which `current` gives.
///
/// `sinet.relate(entities, {threshold, model, device})` promises the relations between entities of the text that was
/// annotated last, which need not be those that the model found: of each, only `words` is read.
pub fn install(current: impl Fn() -> (ModelName, DeviceChoice, Engine) + Clone + 'static) {
    let kept = Kept::default();
    let (current_for_annotate, kept_for_relate) = (current.clone(), kept.clone());
    let annotate = Closure::<dyn Fn(JsValue, JsValue) -> Promise>::new(move |text: JsValue, options: JsValue| {
        let engine = choose_engine("annotate", &options, current_for_annotate(), &kept);
        future_to_promise(async move {
            // Lone surrogates become U+FFFD on their way into Rust.
            let text = text.as_string().ok_or_else(|| TypeError::new("sinet.annotate: the text must be a string."))?;
            let (choice, engine) = engine?;
            annotate(text, choice, &engine).await
        })
    });
    let relate = Closure::<dyn Fn(JsValue, JsValue) -> Promise>::new(move |entities: JsValue, options: JsValue| {
        let engine = choose_engine("relate", &options, current(), &kept_for_relate);
        future_to_promise(async move {
            let (_, engine) = engine?;
            relate(&entities, threshold(&options)?, &engine).await
        })
    });
    let api = Object::new();
    Reflect::set(&api, &"annotate".into(), &annotate.into_js_value()).expect("a new object takes properties");
    Reflect::set(&api, &"relate".into(), &relate.into_js_value()).expect("a new object takes properties");
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

/// An entity, of which only this counts.
#[derive(serde::Deserialize)]
struct Entity {
    words: WordRange,
}

async fn relate(entities: &JsValue, threshold: Option<f32>, engine: &Engine) -> Result<JsValue, JsValue> {
    let refuse = || TypeError::new("sinet.relate: each entity needs words, with start and end.");
    let json = JSON::stringify(entities)?.as_string().ok_or_else(refuse)?;
    let entities: Vec<Entity> = serde_json::from_str(&json).map_err(|_| refuse())?;
    let spans = entities.into_iter().map(|entity| entity.words).collect();
    let relations = engine
        .relate(None, spans, threshold, Switches::default(), None)
        .await
        .map_err(|message| Error::new(&message))?;
    JSON::parse(&serde_json::to_string(&relations).expect("relations are plain JSON"))
}

/// The option `threshold`.
fn threshold(options: &JsValue) -> Result<Option<f32>, JsValue> {
    if options.is_undefined() || options.is_null() {
        return Ok(None);
    }
    let value = Reflect::get(options, &"threshold".into())?;
    if value.is_undefined() {
        return Ok(None);
    }
    let number = value.as_f64().filter(|number| (0.0..=1.0).contains(number));
    let refuse = || TypeError::new("sinet.relate: the option threshold must be a number from 0 to 1.");
    Ok(Some(number.ok_or_else(refuse)? as f32))
}

/// The page's engine if it fits the options, else the kept one, else a new one.
fn choose_engine(
    function: &str,
    options: &JsValue,
    (model, choice, engine): (ModelName, DeviceChoice, Engine),
    kept: &Kept,
) -> Result<(DeviceChoice, Engine), JsValue> {
    let wanted_model = match option(function, options, "model")? {
        None => model,
        Some(name) => ModelName::from_folder(&name).ok_or_else(|| {
            let known = ModelName::SHIPPED.map(ModelName::folder).join(", ");
            Error::new(&format!("sinet.{function}: there is no model “{name}”; there are {known}."))
        })?,
    };
    let wanted_choice = match option(function, options, "device")? {
        None => choice,
        Some(name) => parse_choice(&name).ok_or_else(|| {
            Error::new(&format!("sinet.{function}: there is no device “{name}”; there are auto, cpu, webgpu."))
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
fn option(function: &str, options: &JsValue, key: &str) -> Result<Option<String>, JsValue> {
    if options.is_undefined() || options.is_null() {
        return Ok(None);
    }
    let value = Reflect::get(options, &key.into())
        .map_err(|_| TypeError::new(&format!("sinet.{function}: the options must be an object.")))?;
    if value.is_undefined() {
        return Ok(None);
    }
    let refuse = || TypeError::new(&format!("sinet.{function}: the option {key} must be a string."));
    Ok(Some(value.as_string().ok_or_else(refuse)?))
}
