//! Batches of texts become batches with annotations, and labels come out as they went in.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{Array, ArrayRef, DictionaryArray, Int64Array, RecordBatch, StringArray, StringViewArray};
use arrow_schema::{DataType, Field, FieldRef};
use proptest::prelude::*;
use sinet_arrow::annotated::{ENTITIES, ERROR, RELATIONS, is_annotated, labels};
use sinet_arrow::{Annotated, ColumnError, ModelNote};
use sinet_text::Annotation;
use sinet_text::annotation::{Entity, OffsetUnit, Relation, TextRange, WordRange};

const MODEL: ModelNote = ModelNote { name: "tiny", fingerprint: "0f3a", version: "1.2.3" };

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter(columns).unwrap()
}

fn texts(values: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

fn annotation(text: &str, entities: Vec<Entity>, relations: Vec<Relation>) -> Annotation {
    let (words, windows) = (Vec::new(), Vec::new());
    let (text, model) = (text.to_owned(), "tiny".to_owned());
    Annotation { text, model, offset_unit: OffsetUnit::CodePoints, words, windows, entities, relations }
}

fn entity(kind: &str, start: usize, text: &str) -> Entity {
    let range = TextRange { start, end: start + text.chars().count() };
    Entity { kind: kind.to_owned(), range, words: WordRange { start: 0, end: 1 }, text: text.to_owned(), score: 0.75 }
}

/// A list of structs as polars or Spark would write it: longer positions, or values that may be null.
fn by_an_engine(ours: &DataType, is_long: bool) -> DataType {
    let DataType::List(item) = ours else { panic!("{ours}") };
    let DataType::Struct(fields) = item.data_type() else { panic!("{ours}") };
    let kind = |kind: &DataType| match kind {
        DataType::Utf8 if is_long => DataType::LargeUtf8,
        DataType::Int32 if is_long => DataType::Int64,
        kind => kind.clone(),
    };
    let field = |field: &FieldRef| Field::new(field.name(), kind(field.data_type()), true);
    let element = Arc::new(Field::new("element", DataType::Struct(fields.iter().map(field).collect()), true));
    if is_long { DataType::LargeList(element) } else { DataType::List(element) }
}

/// The same batch after an engine has had it.
fn through_an_engine(batch: &RecordBatch, is_long: bool) -> RecordBatch {
    let column = |(field, column): (&FieldRef, &ArrayRef)| {
        let is_list = [ENTITIES, RELATIONS].contains(&field.name().as_str());
        let kind = if is_list { by_an_engine(field.data_type(), is_long) } else { field.data_type().clone() };
        (field.name().clone(), arrow_cast::cast(column, &kind).unwrap())
    };
    RecordBatch::try_from_iter(batch.schema_ref().fields().iter().zip(batch.columns()).map(column)).unwrap()
}

#[test]
fn columns_of_other_things_are_no_annotations() {
    let lists: ArrayRef = Arc::new(arrow_array::ListArray::from_iter_primitive::<Int32Type, _, _>([Some([Some(1)])]));
    let other = batch(vec![(ENTITIES, Arc::clone(&lists)), (RELATIONS, lists)]);
    assert!(!is_annotated(other.schema_ref()));
    assert_eq!(labels(&other).unwrap().collect::<Vec<_>>(), [None]);
}

#[test]
fn columns_stay_and_each_row_has_its_answer() {
    let ids: ArrayRef = Arc::new(Int64Array::from(vec![7, 8, 9]));
    let batch = batch(vec![("id", ids), ("text", texts(&[Some("Ada 😀"), None, Some("too long")]))]);
    let annotated = Annotated::new(&batch.schema(), None, &MODEL).unwrap();
    let of_rows = annotated.texts(&batch).unwrap();
    assert_eq!(of_rows.iter().collect::<Vec<_>>(), [Some("Ada 😀"), None, Some("too long")]);
    let relation = Relation { kind: "R".to_owned(), head: 0, tail: 1, score: 0.5 };
    let found = annotation("Ada 😀", vec![entity("P", 0, "Ada"), entity("E", 4, "😀")], vec![relation.clone()]);
    let rows = vec![Some(Ok(found.clone())), None, Some(Err("the model is asleep"))];
    let answered = annotated.batch(&batch, rows).unwrap();

    assert_eq!(answered.schema(), annotated.schema());
    assert_eq!(&answered.columns()[..2], batch.columns());
    let metadata = answered.schema_ref().metadata();
    assert_eq!(
        ["sinet.model", "sinet.fingerprint", "sinet.version"].map(|key| &metadata[key][..]),
        ["tiny", "0f3a", "1.2.3"]
    );
    let errors = answered.column_by_name(ERROR).unwrap().as_string::<i32>();
    assert_eq!(errors.iter().collect::<Vec<_>>(), [None, None, Some("the model is asleep")]);
    for name in [ENTITIES, RELATIONS] {
        let column = answered.column_by_name(name).unwrap();
        assert_eq!((0..3).map(|row| column.is_null(row)).collect::<Vec<_>>(), [false, true, true]);
    }
    let read: Vec<_> = labels(&answered).unwrap().collect();
    assert_eq!(read, [Some((found.entities, vec![relation])), None, None]);
    assert!(labels(&batch).unwrap().all(|row| row.is_none()), "a batch without annotations has no labels");
    // Positions say their unit.
    let DataType::List(item) = answered.schema_ref().field_with_name(ENTITIES).unwrap().data_type().clone() else {
        panic!("entities are a list")
    };
    let DataType::Struct(fields) = item.data_type() else { panic!("of structs") };
    assert_eq!(fields[1].metadata()["unit"], "Unicode code points of the text");
}

#[test]
fn every_type_of_text_is_read() {
    let values = ["a", "b", "a"];
    let dictionary: DictionaryArray<Int32Type> = values.into_iter().collect();
    let columns: [ArrayRef; 4] = [
        Arc::new(StringArray::from(values.to_vec())),
        Arc::new(arrow_array::LargeStringArray::from(values.to_vec())),
        Arc::new(StringViewArray::from(values.to_vec())),
        Arc::new(dictionary),
    ];
    for column in columns {
        let batch = batch(vec![("text", column)]);
        let annotated = Annotated::new(&batch.schema(), None, &MODEL).unwrap();
        assert_eq!(annotated.texts(&batch).unwrap().iter().flatten().collect::<Vec<_>>(), values);
    }
}

#[test]
fn the_column_of_the_text_is_named_or_plain() {
    let text = || texts(&[Some("a")]);
    let number: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    #[track_caller]
    fn check(columns: Vec<(&str, ArrayRef)>, name: Option<&str>, expected: Result<&str, &str>) {
        let batch = batch(columns);
        let found = Annotated::new(&batch.schema(), name, &MODEL);
        match expected {
            Ok(column) => {
                let texts = found.unwrap().texts(&batch).unwrap();
                let wanted = batch.column_by_name(column).unwrap().as_string::<i32>();
                assert!(texts.iter().eq(wanted.iter()));
            }
            Err(sentence) => assert_eq!(found.unwrap_err().to_string(), sentence),
        }
    }
    let other = || texts(&[Some("b")]);
    check(vec![("id", number.clone()), ("abstract", text())], None, Ok("abstract"));
    check(vec![("text", text()), ("title", other())], None, Ok("text"));
    check(vec![("text", text()), ("title", other())], Some("title"), Ok("title"));
    let unnamed = r#"no column is called "text"; name the one that holds the text: "title", "abstract""#;
    check(vec![("title", text()), ("abstract", other())], None, Err(unnamed));
    check(
        vec![("id", number.clone())],
        None,
        Err(r#"no column is called "text"; name the one that holds the text: none"#),
    );
    let missing = r#"there is no column "body"; there are "id", "text""#;
    check(vec![("id", number.clone()), ("text", text())], Some("body"), Err(missing));
    let not_text = r#"the column "id" holds Int64, not text; columns of text: "title""#;
    check(vec![("id", number.clone()), ("title", text())], Some("id"), Err(not_text));
    let taken =
        r#"there is a column "entities" already; rename it or leave it out, since the annotation needs this name"#;
    check(vec![("text", text()), ("entities", number)], None, Err(taken));
}

#[test]
fn a_batch_without_rows_and_one_without_other_columns_are_answered() {
    let batch = batch(vec![("text", texts(&[]))]);
    let annotated = Annotated::new(&batch.schema(), None, &MODEL).unwrap();
    let answered = annotated.batch(&batch, Vec::<Option<Result<Annotation, ColumnError>>>::new()).unwrap();
    assert_eq!((answered.num_rows(), answered.num_columns()), (0, 4));
}

fn arbitrary_row() -> impl Strategy<Value = Option<(Vec<Entity>, Vec<Relation>)>> {
    let entity = (any::<String>(), 0usize..1 << 20, 0usize..1 << 20, "\\PC{0,9}", 0f32..1.0).prop_map(
        |(kind, start, first, text, score)| Entity {
            kind,
            range: TextRange { start, end: start + text.chars().count() },
            words: WordRange { start: first, end: first + 1 },
            text,
            score,
        },
    );
    let relation = (any::<String>(), 0usize..99, 0usize..99, 0f32..1.0)
        .prop_map(|(kind, head, tail, score)| Relation { kind, head, tail, score });
    proptest::option::of((proptest::collection::vec(entity, 0..6), proptest::collection::vec(relation, 0..6)))
}

proptest! {
    #[test]
    fn labels_come_out_as_they_went_in(rows in proptest::collection::vec(arbitrary_row(), 0..9), from in 0usize..9) {
        let all: Vec<_> = rows.iter().map(|row| row.as_ref().map(|_| "a")).collect();
        let batch = batch(vec![("text", texts(&all))]);
        let annotated = Annotated::new(&batch.schema(), None, &MODEL).unwrap();
        let answers = rows.iter().map(|row| {
            row.clone().map(|(entities, relations)| Ok::<_, ColumnError>(annotation("a", entities, relations)))
        });
        let answered = annotated.batch(&batch, answers.collect()).unwrap();
        prop_assert_eq!(labels(&answered).unwrap().collect::<Vec<_>>(), rows.clone());
        // Also of a part of it.
        let from = from.min(rows.len());
        let part = answered.slice(from, rows.len() - from);
        for is_long in [false, true] {
            let other = through_an_engine(&answered, is_long);
            prop_assert!(is_annotated(other.schema_ref()));
            prop_assert_eq!(labels(&other).unwrap().collect::<Vec<_>>(), rows.clone());
        }
        prop_assert_eq!(labels(&part).unwrap().collect::<Vec<_>>(), &rows[from..]);
    }
}
