//! One sentence with its entities and relations, and what a pointer does on it.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::svg;
use sinet_document::describe::{describe_entity, describe_relation};
use sinet_document::{EntityId, Labels, RelationId, Selection};
use sinet_figure::layout::{Point, Rect, Scene};
use sinet_figure::{Face, Picture, arc_path, entity_label, relation_label, tone};
use sinet_formats::Provenance;
use sinet_text::{Types, WordRange};
use wasm_bindgen::JsCast;
use web_sys::{Element, PointerEvent};

use super::measure;
use crate::correct::{Interaction, Item};
use crate::session::Editor;

/// How far a pointer moves before it drags.
const DRAG: f32 = 5.0;
/// Width of the place where an edge of an entity is taken hold of.
const HANDLE: f32 = 24.0;

/// Somebody in front of a picture; a copy is the same one.
#[derive(Clone, Copy)]
pub struct Viewer {
    editor: Editor,
    /// The label that is pointed at.
    pointed: RwSignal<Option<Item>>,
    /// The work on the document; `None` where it is only looked at.
    interaction: Option<Interaction>,
}

impl Viewer {
    /// Somebody who works on the open document.
    pub fn working(interaction: Interaction) -> Self {
        let Interaction { session, pointed, .. } = interaction;
        Self { editor: session.editor, pointed, interaction: Some(interaction) }
    }

    /// Somebody who only looks at a document.
    pub fn looking(editor: Editor) -> Self {
        Self { editor, pointed: RwSignal::new(None), interaction: None }
    }

    /// Whether this is the sentence that is worked on.
    fn is_at(self, sentence: usize) -> bool {
        self.interaction.is_some_and(|interaction| interaction.session.window.get() == sentence)
    }

    fn work(self, act: impl FnOnce(Interaction)) {
        if let Some(interaction) = self.interaction {
            act(interaction);
        }
    }
}

/// The picture of a sentence, with the names of its entities and relations in the document.
#[derive(Clone, PartialEq)]
struct Named {
    picture: Picture,
    entities: Vec<EntityId>,
    relations: Vec<RelationId>,
}

impl Named {
    fn of(viewer: Viewer, sentence: usize) -> Self {
        let editor = viewer.editor;
        editor.drawing.with(|drawing| {
            editor.visible.with(|visible| Self {
                picture: drawing.picture(sentence),
                entities: drawing.entities(sentence).iter().map(|&place| visible.entities[place].id).collect(),
                relations: drawing.relations(sentence).iter().map(|&place| visible.relations[place].id).collect(),
            })
        })
    }
}

/// A sentence as it is drawn.
struct Drawn {
    figure: sinet_figure::Drawn,
    entities: Vec<EntityId>,
    relations: Vec<RelationId>,
}

/// The thing that a pointer drags.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Drag {
    /// It went down here, on an entity or not.
    Down { entity: Option<EntityId>, word: usize, at: Point },
    /// From an entity towards another.
    Arc { entity: EntityId, word: usize, from: Point, to: Point },
    /// Over words.
    Words { anchor: usize, word: usize },
    /// An edge of an entity.
    Edge { entity: EntityId, end: bool, words: WordRange },
}

/// One sentence.
#[component]
pub fn PictureView(viewer: Viewer, sentence: usize, width: Signal<f32>, tabbed: Memo<Option<Item>>) -> impl IntoView {
    let named = Memo::new(move |_| Named::of(viewer, sentence));
    let drag = RwSignal::new(None::<Drag>);
    let drawn = move || {
        let Named { picture, entities, relations } = named.get();
        let types = viewer.editor.types.get();
        let figure = sinet_figure::Drawn::new(picture, &types, width.get(), measure::width);
        let drawn = Arc::new(Drawn { figure, entities, relations });
        let entities = (drawn.figure.scene.painting_order().into_iter())
            .map(|place| view! { <EntityView viewer drawn=drawn.clone() place tabbed/> })
            .collect_view();
        let words = words(&drawn);
        let arcs = (0..drawn.figure.scene.arcs.len())
            .map(|place| view! { <ArcView viewer drawn=drawn.clone() place tabbed/> })
            .collect_view();
        view! {
            <Canvas viewer sentence drawn=drawn.clone() drag tabbed>
                {entities}
                {words}
                {arcs}
            </Canvas>
            <Tip viewer drawn/>
        }
    };
    view! { <div class="picture">{drawn}</div> }
}

/// The picture's own element, with all that a pointer does on it.
#[component]
fn Canvas(
    viewer: Viewer,
    sentence: usize,
    drawn: Arc<Drawn>,
    drag: RwSignal<Option<Drag>>,
    tabbed: Memo<Option<Item>>,
    children: Children,
) -> impl IntoView {
    let element = NodeRef::<svg::Svg>::new();
    let Scene { width, height, .. } = drawn.figure.scene;
    let place = move |event: &PointerEvent| {
        let frame = element.get_untracked().map(|element| element.get_bounding_client_rect());
        let (left, top, scale) = frame.map_or((0.0, 0.0, 1.0), |frame| {
            (frame.left(), frame.top(), if frame.width() > 0.0 { f64::from(width) / frame.width() } else { 1.0 })
        });
        let from = |position: i32, start: f64| ((f64::from(position) - start) * scale) as f32;
        Point { x: from(event.client_x(), left), y: from(event.client_y(), top) }
    };
    let down = {
        let drawn = drawn.clone();
        move |event: PointerEvent| {
            if viewer.interaction.is_none() || event.button() != 0 || !event.is_primary() {
                return;
            }
            let at = place(&event);
            let Some(word) = drawn.figure.word_at(at) else { return };
            let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            let on = |selector: &str| target.as_ref().and_then(|target| target.closest(selector).ok().flatten());
            if let (Some(handle), Selection::Entity(entity)) = (on(".handle"), viewer.editor.selection.get_untracked())
            {
                let words = drawn.place(entity).map(|place| drawn.figure.picture.entities[place].words);
                if let Some(words) = words {
                    event.prevent_default();
                    capture(&event);
                    let end = handle.get_attribute("data-edge").as_deref() == Some("end");
                    drag.set(Some(Drag::Edge { entity, end, words }));
                }
            } else if on(".arc").is_none() {
                let entity = on(".entity").and_then(|element| drawn.entity_named(&element.id()));
                drag.set(Some(Drag::Down { entity, word, at }));
            }
        }
    };
    let moved = {
        let drawn = drawn.clone();
        move |event: PointerEvent| {
            let Some(now) = drag.get_untracked() else { return };
            let to = place(&event);
            let Some(word) = drawn.figure.word_at(to) else { return };
            let next = match now {
                Drag::Down { at, .. } if (at.x - to.x).abs().max((at.y - to.y).abs()) < DRAG => now,
                Drag::Down { entity: Some(entity), word, at } => {
                    capture(&event);
                    Drag::Arc { entity, word, from: at, to }
                }
                Drag::Down { entity: None, word: anchor, .. } => {
                    capture(&event);
                    Drag::Words { anchor, word }
                }
                Drag::Arc { entity, word, from, .. } => Drag::Arc { entity, word, from, to },
                Drag::Words { anchor, .. } => Drag::Words { anchor, word },
                Drag::Edge { entity, end, words } => Drag::Edge { entity, end, words: with_edge(words, end, word) },
            };
            if next != now {
                drag.set(Some(next));
            }
        }
    };
    let up = {
        let drawn = drawn.clone();
        move |event: PointerEvent| {
            let (Some(now), Some(interaction)) = (drag.get_untracked(), viewer.interaction) else { return };
            drag.set(None);
            let Some(word) = drawn.figure.word_at(place(&event)) else { return };
            match now {
                Drag::Down { entity: Some(entity), .. } => interaction.click_entity(entity),
                Drag::Down { entity: None, word, at } => {
                    if drawn.figure.is_on_word(at) {
                        choose_words(interaction, word, word);
                    } else {
                        interaction.session.select(Selection::None);
                    }
                }
                Drag::Arc { entity, word: anchor, .. } => match entity_under(&event) {
                    Some(name) if name == entity.to_string() => {}
                    Some(name) => {
                        let tail = viewer.editor.labels.with_untracked(|labels| {
                            labels.entities.iter().find(|it| it.id.to_string() == name).map(|it| it.id)
                        });
                        if let Some(tail) = tail {
                            interaction.relate(entity, tail);
                        }
                    }
                    None => choose_words(interaction, anchor, word),
                },
                Drag::Words { anchor, .. } => choose_words(interaction, anchor, word),
                Drag::Edge { entity, words, .. } => interaction.put_edge(entity, words),
            }
        }
    };
    let chosen = {
        let drawn = drawn.clone();
        move || {
            let words = match drag.get() {
                Some(Drag::Words { anchor, word }) => Some(between(anchor, word)),
                Some(Drag::Edge { words, .. }) => Some(words),
                Some(_) => None,
                None => match viewer.editor.selection.get() {
                    Selection::Words(words) => Some(words),
                    _ => None,
                },
            }?;
            let boxes = drawn.figure.boxes(words).into_iter();
            Some(boxes.map(|Rect { x, y, width, height }| view! { <rect class="chosen" x=x y=y width=width height=height rx="3"/> }).collect_view())
        }
    };
    let handles = {
        let drawn = drawn.clone();
        move || {
            let Selection::Entity(id) = viewer.editor.selection.get() else { return None };
            let [start, end] = drawn.figure.edges(drawn.place(id)?);
            Some([("start", start), ("end", end)].map(|(edge, (x, Rect { y, height, .. }))| {
                let left = x - HANDLE / 2.0;
                view! {
                    <g class="handle" data-edge=edge>
                        <rect class="reach" x=left y=y width=HANDLE height=height/>
                        <path class="grip" d=format!("M{x} {}V{}", y + 4.0, y + height - 4.0)/>
                    </g>
                }
            }))
        }
    };
    let thread = move || match drag.get() {
        Some(Drag::Arc { from, to, .. }) => {
            Some(view! { <path class="thread" d=format!("M{} {}L{} {}", from.x, from.y, to.x, to.y)/> })
        }
        _ => None,
    };
    let direction = if drawn.figure.sentence.right_to_left { "rtl" } else { "ltr" };
    let reached = move || match viewer.editor.selection.get() {
        Selection::Words(_) => viewer.is_at(sentence),
        _ => tabbed.get().is_none() && sentence == 0,
    };
    let told = move || match viewer.editor.selection.get() {
        Selection::Words(words) if viewer.is_at(sentence) => {
            let words = viewer.editor.document.with(|document| document.text_of(words).to_owned());
            format!("Sentence {}, selected: {words}", sentence + 1)
        }
        _ => format!("Sentence {}", sentence + 1),
    };
    view! {
        <svg
            node_ref=element
            id=format!("sentence-{sentence}")
            role="group"
            tabindex=move || if reached() { "0" } else { "-1" }
            aria-label=told
            direction=direction
            width=width
            height=height
            viewBox=format!("0 0 {width} {height}")
            font-family=measure::FAMILY
            class:dragged=move || matches!(drag.get(), Some(Drag::Arc { .. } | Drag::Words { .. } | Drag::Edge { .. }))
            on:pointerdown=down
            on:pointermove=moved
            on:pointerup=up
            on:pointercancel=move |_| drag.set(None)
        >
            {chosen}
            {children()}
            {handles}
            {thread}
        </svg>
    }
}

#[component]
fn EntityView(viewer: Viewer, drawn: Arc<Drawn>, place: usize, tabbed: Memo<Option<Item>>) -> impl IntoView {
    let entity = &drawn.figure.picture.entities[place];
    let types = viewer.editor.types.get_untracked();
    let label = drawn.figure.scene.labels[place];
    let marks = (drawn.figure.scene.marks.iter().filter(|mark| mark.entity == place))
        .map(|mark| {
            let Rect { x, y, width, height } = mark.rect;
            let (left, right, bottom) = (x + 1.5, x + width - 1.5, y + height - 2.0);
            view! {
                <rect x=x y=y width=width height=height rx="4"/>
                <path class="under" d=format!("M{left} {bottom}H{right}")/>
            }
        })
        .collect_view();
    let (weight, size) = measure::weight_and_size(Face::EntityLabel);
    let name = entity_label(&types, entity);
    let (id, kind, provenance) = (drawn.entities[place], entity.kind.clone(), entity.provenance);
    let told =
        viewer.editor.labels.with_untracked(|labels| describe(&types, labels, Item::Entity(id))).unwrap_or_default();
    let class = format!("entity tone-{}", tone(&types, &kind));
    let right_to_left = drawn.figure.sentence.right_to_left;
    let on_focus = move || viewer.work(|interaction| interaction.touch_entity(id));
    view! {
        <ItemView viewer drawn=drawn.clone() item=Item::Entity(id) name=id.to_string() class provenance kind told tabbed on_focus>
            {marks}
            {text(&name, label, 12.0, right_to_left, size, weight)}
        </ItemView>
    }
}

#[component]
fn ArcView(viewer: Viewer, drawn: Arc<Drawn>, place: usize, tabbed: Memo<Option<Item>>) -> impl IntoView {
    let relation = &drawn.figure.picture.relations[place];
    let types = viewer.editor.types.get_untracked();
    let arc = &drawn.figure.scene.arcs[place];
    let (weight, size) = measure::weight_and_size(Face::ArcLabel);
    let name = relation_label(&types, relation);
    let (id, kind, provenance) = (drawn.relations[place], relation.kind.clone(), relation.provenance);
    let told =
        viewer.editor.labels.with_untracked(|labels| describe(&types, labels, Item::Relation(id))).unwrap_or_default();
    let way = arc_path(arc);
    let tip = arc.tip.map(|Point { x, y }| {
        let (left, right, top) = (x - 3.5, x + 3.5, y - 6.0);
        view! { <path class="arrow" d=format!("M{left} {top}L{right} {top}L{x} {y}Z")/> }
    });
    let right_to_left = drawn.figure.sentence.right_to_left;
    let label = arc.label;
    let class = "arc".to_owned();
    let select = move || viewer.work(|interaction| interaction.session.select(Selection::Relation(id)));
    view! {
        <ItemView
            viewer
            drawn=drawn.clone()
            item=Item::Relation(id)
            name=id.to_string()
            class
            provenance
            kind
            told
            tabbed
            on_focus=select
            on:click=move |_| select()
        >
            <path class="reach" d=way.clone()/>
            <path class="line" d=way/>
            {tip}
            {text(&name, label, 11.5, right_to_left, size, weight)}
        </ItemView>
    }
}

/// The attributes that entities and relations have in common for those who point, hear or use keys.
#[component]
fn ItemView(
    viewer: Viewer,
    drawn: Arc<Drawn>,
    item: Item,
    name: String,
    class: String,
    provenance: Provenance,
    kind: String,
    told: String,
    tabbed: Memo<Option<Item>>,
    on_focus: impl Fn() + 'static,
    children: Children,
) -> impl IntoView {
    let origin = if provenance == Provenance::Person { "own" } else { "found" };
    let class = move || format!("{class} {origin} {}", emphasis(viewer, &drawn, item));
    view! {
        <g
            id=name
            class=class
            role="button"
            tabindex=move || if tabbed.get() == Some(item) { "0" } else { "-1" }
            aria-label=told
            aria-pressed=move || is_selected(viewer.editor.selection.get(), item).to_string()
            data-type=kind
            on:pointerenter=move |_| viewer.pointed.set(Some(item))
            on:pointerleave=move |_| leave(viewer, item)
            on:focus=move |_| on_focus()
        >
            {children()}
        </g>
    }
}

/// The words themselves.
fn words(drawn: &Drawn) -> impl IntoView + use<> {
    let (weight, size) = measure::weight_and_size(Face::Word);
    let anchor = anchor(drawn.figure.sentence.right_to_left);
    let words = (drawn.figure.sentence.words.iter().zip(&drawn.figure.scene.words))
        .map(|(word, place)| view! { <text x=place.x y=place.y text-anchor=anchor>{word.text.clone()}</text> })
        .collect_view();
    view! { <g class="words" font-size=size font-weight=weight>{words}</g> }
}

/// A label in its place.
fn text(name: &str, label: Rect, baseline: f32, right_to_left: bool, size: f32, weight: u32) -> impl IntoView + use<> {
    let (x, y) = (label.x, label.y + baseline);
    view! { <text x=x y=y text-anchor=anchor(right_to_left) font-size=size font-weight=weight>{name.to_owned()}</text> }
}

/// Which end of a text stands at its left edge.
fn anchor(right_to_left: bool) -> &'static str {
    if right_to_left { "end" } else { "start" }
}

/// Type and score of what the reader points at. Hidden from those who hear: they have been told already.
#[component]
fn Tip(viewer: Viewer, drawn: Arc<Drawn>) -> impl IntoView {
    move || {
        let types = viewer.editor.types.get();
        let scene = &drawn.figure.scene;
        let item = viewer.pointed.get()?;
        let place = match item {
            Item::Entity(id) => {
                let place = drawn.place(id)?;
                scene.marks.iter().rfind(|mark| mark.entity == place)?.rect
            }
            Item::Relation(id) => {
                let place = drawn.relations.iter().position(|&relation| relation == id)?;
                scene.arcs.get(place)?.label
            }
        };
        let told = viewer.editor.labels.with(|labels| describe(&types, labels, item))?;
        let left = place.x.min(scene.width - 220.0).max(0.0);
        Some(view! {
            <div class="tip" aria-hidden="true" style:left=format!("{left}px") style:top=format!("{}px", place.bottom() + 4.0)>
                {told}
            </div>
        })
    }
}

impl Drawn {
    /// The place of an entity in the picture.
    fn place(&self, id: EntityId) -> Option<usize> {
        self.entities.iter().position(|&entity| entity == id)
    }

    fn entity_named(&self, name: &str) -> Option<EntityId> {
        self.entities.iter().find(|id| id.to_string() == name).copied()
    }
}

/// A label in words.
fn describe(types: &Types, labels: &Labels, item: Item) -> Option<String> {
    match item {
        Item::Entity(id) => Some(describe_entity(types, labels.entity(id)?)),
        Item::Relation(id) => Some(describe_relation(types, labels, labels.relation(id)?)),
    }
}

fn between(a: usize, b: usize) -> WordRange {
    WordRange { start: a.min(b), end: a.max(b) + 1 }
}

/// Some words with one edge at another word, at least one of them.
fn with_edge(words: WordRange, end: bool, word: usize) -> WordRange {
    if end {
        WordRange { start: words.start, end: word.max(words.start) + 1 }
    } else {
        WordRange { start: word.min(words.end - 1), end: words.end }
    }
}

fn choose_words(interaction: Interaction, anchor: usize, word: usize) {
    interaction.select_words(anchor, between(anchor, word));
    interaction.focus();
}

/// Follows the pointer wherever it goes.
fn capture(event: &PointerEvent) {
    if let Some(element) = event.current_target().and_then(|target| target.dyn_into::<Element>().ok()) {
        element.set_pointer_capture(event.pointer_id()).ok();
    }
}

/// The entity that lies under a pointer, in any sentence.
fn entity_under(event: &PointerEvent) -> Option<String> {
    let element = document().element_from_point(event.client_x() as f32, event.client_y() as f32)?;
    Some(element.closest(".entity").ok()??.id())
}

/// Nothing more is pointed at, unless something else is by now.
fn leave(viewer: Viewer, item: Item) {
    if viewer.pointed.get_untracked() == Some(item) {
        viewer.pointed.set(None);
    }
}

fn is_selected(selection: Selection, item: Item) -> bool {
    match (selection, item) {
        (Selection::Entity(id), Item::Entity(own)) => id == own,
        (Selection::Relation(id), Item::Relation(own)) => id == own,
        (Selection::Pair(head, tail), Item::Entity(own)) => [head, tail].contains(&own),
        _ => false,
    }
}

/// `lit` for what the reader points at, or has selected, and what hangs on it; `dim` for the rest.
fn emphasis(viewer: Viewer, drawn: &Drawn, item: Item) -> &'static str {
    let selection = viewer.editor.selection.get();
    let selected = is_selected(selection, item);
    let ends = |id: RelationId| {
        let place = drawn.relations.iter().position(|&relation| relation == id);
        place.map_or([None; 2], |place| {
            let relation = &drawn.figure.picture.relations[place];
            [relation.head, relation.tail].map(|end| drawn.entities.get(end).copied())
        })
    };
    let hangs_on = |item: Item, centre: Item| match (centre, item) {
        (Item::Relation(relation), Item::Entity(entity)) => ends(relation).contains(&Some(entity)),
        (Item::Entity(entity), Item::Relation(relation)) => ends(relation).contains(&Some(entity)),
        (centre, item) => centre == item,
    };
    let centre = viewer.pointed.get().or(match selection {
        Selection::Entity(id) => Some(Item::Entity(id)),
        Selection::Relation(id) => Some(Item::Relation(id)),
        _ => None,
    });
    match (selected, centre) {
        (true, _) => "lit selected",
        (false, None) => "",
        (false, Some(centre)) if hangs_on(item, centre) => "lit",
        _ => "dim",
    }
}
