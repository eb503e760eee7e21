//! The widths of words and labels, measured on a canvas.

use std::cell::RefCell;
use std::collections::HashMap;

pub use sinet_figure::{FAMILY, Face, weight_and_size};
use sinet_logic::recent::Recent;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// The width of a string in CSS pixels.
pub fn width(text: &str, face: Face) -> f32 {
    thread_local! {
        static RULER: Ruler = Ruler::default();
    }
    RULER.with(|ruler| ruler.width(text, face))
}

#[derive(Default)]
struct Ruler {
    canvas: RefCell<Option<CanvasRenderingContext2d>>,
    known: RefCell<HashMap<Face, Recent>>,
}

impl Ruler {
    fn width(&self, text: &str, face: Face) -> f32 {
        if let Some(width) = self.known.borrow_mut().entry(face).or_default().get(text) {
            return width;
        }
        let width = self.measure(text, face).unwrap_or_else(|| {
            // Without a canvas: a rough guess keeps the page readable.
            text.chars().count() as f32 * weight_and_size(face).1 * 0.55
        });
        self.known.borrow_mut().entry(face).or_default().remember(text, width);
        width
    }

    fn measure(&self, text: &str, face: Face) -> Option<f32> {
        let mut canvas = self.canvas.borrow_mut();
        if canvas.is_none() {
            let element = web_sys::window()?.document()?.create_element("canvas").ok()?;
            let context = element.unchecked_into::<HtmlCanvasElement>().get_context("2d").ok()??;
            *canvas = Some(context.unchecked_into());
        }
        let context = canvas.as_ref()?;
        let (weight, size) = weight_and_size(face);
        context.set_font(&format!("{weight} {size}px {FAMILY}"));
        Some(context.measure_text(text).ok()?.width() as f32)
    }
}
