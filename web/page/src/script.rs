//! `window.sinet`: the page's model for other scripts.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Error, JSON, Object, Promise, Reflect, TypeError};
use leptos::prelude::*;
use sinet_logic::engine::catalogue::ModelName;
use sinet_logic::engine::device::parse_choice;
use sinet_logic::session::Unanswered;
use sinet_protocol::{DeviceChoice, Switches};
use sinet_text::annotation::WordRange;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use crate::engine::{Engine, Phase, Relate};
use crate::session::Session;

/// The engine that scripts have asked for beside the page's. It holds a model in memory, so only the newest is kept.
type Kept = Rc<RefCell<Option<Engine>>>;

/// The text that scripts have annotated last.
type Last = Rc<RefCell<Option<String>>>;

/// Puts `sinet.annotate(text, {model, device})` on the window. It promises the object that `sinet predict`
/// prints for the text; model and device are by default those of the page.
///
/// `sinet.relate(entities, {threshold, model, device})` promises the relations between entities of the text that was
/// annotated last, or else of the page's own, which need not be those that the model found: of each, only `words` is read.
pub fn install(session: Session) {
    let (kept, last) = (Kept::default(), Last::default());
    let annotate = {
        let (kept, last) = (kept.clone(), last.clone());
        Closure::<dyn Fn(JsValue, JsValue) -> Promise>::new(move |text: JsValue, options: JsValue| {
            // Lone surrogates become U+FFFD on their way into Rust.
            let text = text.as_string();
            if text.is_some() {
                last.replace(text.clone());
            }
            let kept = kept.clone();
            future_to_promise(async move {
                let text = text.ok_or_else(|| TypeError::new("sinet.annotate: the text must be a string."))?;
                let wanted = Wanted::of(session, "annotate", &options)?;
                annotate(text, wanted, &kept).await
            })
        })
    };
    let relate = Closure::<dyn Fn(JsValue, JsValue) -> Promise>::new(move |entities: JsValue, options: JsValue| {
        let own_text = || session.editor.document.with_untracked(|document| document.text().to_owned());
        let text = last.borrow().clone().unwrap_or_else(own_text);
        let kept = kept.clone();
        future_to_promise(async move {
            let wanted = Wanted::of(session, "relate", &options)?;
            relate(text, &entities, threshold(&options)?, wanted, &kept).await
        })
    });
    let api = Object::new();
    Reflect::set(&api, &"annotate".into(), &annotate.into_js_value()).expect("a new object takes properties");
    Reflect::set(&api, &"relate".into(), &relate.into_js_value()).expect("a new object takes properties");
    Reflect::set(&js_sys::global(), &"sinet".into(), &api).expect("the window takes properties");
}

async fn annotate(text: String, wanted: Wanted, kept: &Kept) -> Result<JsValue, JsValue> {
    let asked = async |engine: &Engine| {
        let answer = engine.annotate_aside(text.clone()).await?;
        Ok((answer, engine.device(), engine.phase().get_untracked()))
    };
    let (answer, device, phase) = wanted.ask(kept, asked).await?;
    if let (DeviceChoice::Webgpu, Phase::Ready(report)) = (device, phase)
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

async fn relate(
    text: String,
    entities: &JsValue,
    threshold: Option<f32>,
    wanted: Wanted,
    kept: &Kept,
) -> Result<JsValue, JsValue> {
    let refuse = || TypeError::new("sinet.relate: each entity needs words, with start and end.");
    let json = JSON::stringify(entities)?.as_string().ok_or_else(refuse)?;
    let entities: Vec<Entity> = serde_json::from_str(&json).map_err(|_| refuse())?;
    let spans = entities.into_iter().map(|entity| entity.words).collect();
    let relate = Relate { spans, threshold, switches: Switches::default(), most: None };
    let relations =
        wanted.ask(kept, async |engine: &Engine| engine.relate_aside(text.clone(), relate.clone()).await).await?;
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

/// The model and the device that a script asks for; without them, those of the page.
struct Wanted {
    session: Session,
    model: Option<ModelName>,
    device: Option<DeviceChoice>,
}

impl Wanted {
    fn of(session: Session, function: &str, options: &JsValue) -> Result<Self, JsValue> {
        let model = option(function, options, "model")?.map(|name| {
            ModelName::from_folder(&name).filter(|model| *model != ModelName::NoModel).ok_or_else(|| {
                let known = ModelName::SHIPPED.map(ModelName::folder).join(", ");
                Error::new(&format!("sinet.{function}: there is no model “{name}”; there are {known}."))
            })
        });
        let device = option(function, options, "device")?.map(|name| {
            parse_choice(&name).ok_or_else(|| {
                Error::new(&format!("sinet.{function}: there is no device “{name}”; there are auto, cpu, webgpu."))
            })
        });
        Ok(Self { session, model: model.transpose()?, device: device.transpose()? })
    }

    fn is(&self, engine: &Engine) -> bool {
        self.model.is_none_or(|model| model == engine.model())
            && self.device.is_none_or(|device| device == engine.device())
    }

    /// Asks the page's engine as long as it is the one that is wanted, else the kept one, else a new one.
    async fn ask<T>(self, kept: &Kept, question: impl AsyncFn(&Engine) -> Result<T, Unanswered>) -> Result<T, JsValue> {
        let of_the_page = async |engine: &Engine| if self.is(engine) { Some(question(engine).await) } else { None };
        let answer = match self.session.ask_aside(of_the_page).await {
            Some(answer) => answer,
            None => {
                let engine = self.own_engine(kept);
                question(&engine).await
            }
        };
        answer.map_err(|unanswered| Error::new(&unanswered.to_string()).into())
    }

    fn own_engine(&self, kept: &Kept) -> Engine {
        let fitting = kept.borrow().clone().filter(|engine| self.is(engine));
        let engine = fitting.unwrap_or_else(|| {
            let (model, device) = (self.session.model.get_untracked(), self.session.device.get_untracked());
            let model = if model == ModelName::NoModel { ModelName::SHIPPED[0] } else { model };
            Engine::start(self.model.unwrap_or(model), self.device.unwrap_or(device))
        });
        kept.replace(Some(engine.clone()));
        engine
    }
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
