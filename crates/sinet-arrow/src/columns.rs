//! Annotations as columns: a list of structs a row, and back.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Int32Type};
use arrow_array::{Array, ArrayRef, Float32Array, Int32Array, ListArray, StringArray, StructArray};
use arrow_schema::{ArrowError, DataType, Field, FieldRef, Fields};
use sinet_text::annotation::{Entity, Relation, TextRange, WordRange};

/// The type of the column `entities`.
pub fn entity_list() -> DataType {
    DataType::List(item(entity_fields()))
}

/// The type of the column `relations`.
pub fn relation_list() -> DataType {
    DataType::List(item(relation_fields()))
}

/// The type as which a column of another's is read that has these names in this order: engines write longer positions, other
/// lists, and values that may be null.
pub fn read_as(kind: &DataType, ours: &DataType) -> Option<DataType> {
    let ours = with_nulls(ours);
    let is_same = match (fields_of(kind), fields_of(&ours)) {
        (Some(theirs), Some(ours)) => theirs.iter().map(|field| field.name()).eq(ours.iter().map(|field| field.name())),
        _ => false,
    };
    (is_same && arrow_cast::can_cast_types(kind, &ours)).then_some(ours)
}

/// A list of entities for each row; `None` is a row without an annotation.
pub fn entities(rows: &[Option<&[Entity]>]) -> Result<ArrayRef, ArrowError> {
    let all = || rows.iter().flatten().copied().flatten();
    let columns: Vec<ArrayRef> = vec![
        strings(all().map(|entity| entity.kind.as_str())),
        numbers(all().map(|entity| entity.range.start)),
        numbers(all().map(|entity| entity.range.end)),
        numbers(all().map(|entity| entity.words.start)),
        numbers(all().map(|entity| entity.words.end)),
        strings(all().map(|entity| entity.text.as_str())),
        scores(all().map(|entity| entity.score)),
    ];
    lists(rows, entity_fields(), columns)
}

/// A list of relations for each row; `None` is a row without an annotation.
pub fn relations(rows: &[Option<&[Relation]>]) -> Result<ArrayRef, ArrowError> {
    let all = || rows.iter().flatten().copied().flatten();
    let columns: Vec<ArrayRef> = vec![
        strings(all().map(|relation| relation.kind.as_str())),
        numbers(all().map(|relation| relation.head)),
        numbers(all().map(|relation| relation.tail)),
        scores(all().map(|relation| relation.score)),
    ];
    lists(rows, relation_fields(), columns)
}

/// The entities of a row, where the column is of [`entity_list`]'s type, but for nulls.
pub fn entities_of(column: &ArrayRef, row: usize) -> Option<Vec<Entity>> {
    let list = row_of(column, row)?;
    let [starts, ends, first_words, end_words] =
        [1, 2, 3, 4].map(|field| list.column(field).as_primitive::<Int32Type>());
    let [kinds, texts] = [0, 5].map(|field| list.column(field).as_string::<i32>());
    let scores = list.column(6).as_primitive::<Float32Type>();
    let entity = |i: usize| Entity {
        kind: kinds.value(i).to_owned(),
        range: TextRange { start: position(starts.value(i)), end: position(ends.value(i)) },
        words: WordRange { start: position(first_words.value(i)), end: position(end_words.value(i)) },
        text: texts.value(i).to_owned(),
        score: scores.value(i),
    };
    Some((0..list.len()).map(entity).collect())
}

/// The relations of a row, where the column is of [`relation_list`]'s type, but for nulls.
pub fn relations_of(column: &ArrayRef, row: usize) -> Option<Vec<Relation>> {
    let list = row_of(column, row)?;
    let kinds = list.column(0).as_string::<i32>();
    let [heads, tails] = [1, 2].map(|field| list.column(field).as_primitive::<Int32Type>());
    let scores = list.column(3).as_primitive::<Float32Type>();
    let relation = |i: usize| Relation {
        kind: kinds.value(i).to_owned(),
        head: position(heads.value(i)),
        tail: position(tails.value(i)),
        score: scores.value(i),
    };
    Some((0..list.len()).map(relation).collect())
}

/// The fields of a list of structs.
fn fields_of(kind: &DataType) -> Option<&Fields> {
    match kind {
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::ListView(item)
        | DataType::LargeListView(item)
        | DataType::FixedSizeList(item, _) => match item.data_type() {
            DataType::Struct(fields) => Some(fields),
            _ => None,
        },
        _ => None,
    }
}

/// The same list of structs, of which everything may be null.
fn with_nulls(kind: &DataType) -> DataType {
    let fields = fields_of(kind).into_iter().flatten();
    let fields: Fields = fields.map(|field| field.as_ref().clone().with_nullable(true)).collect();
    DataType::List(Arc::new(Field::new("item", DataType::Struct(fields), true)))
}

fn row_of(column: &ArrayRef, row: usize) -> Option<StructArray> {
    let lists = column.as_list::<i32>();
    lists.is_valid(row).then(|| lists.value(row).as_struct().clone())
}

/// A number that no file of ours has below 0; one of another's may.
fn position(number: i32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn entity_fields() -> Fields {
    let [first_word, end_word] =
        ["first_word", "end_word"].map(|name| in_unit(name, "words of the text, as its model's program parts them"));
    let [start, end] = ["start", "end"].map(|name| in_unit(name, "Unicode code points of the text"));
    Fields::from(vec![
        Field::new("type", DataType::Utf8, false),
        start,
        end,
        first_word,
        end_word,
        Field::new("text", DataType::Utf8, false),
        Field::new("score", DataType::Float32, false),
    ])
}

fn relation_fields() -> Fields {
    let [head, tail] = ["head", "tail"].map(|name| in_unit(name, "places in the list of entities, from 0"));
    Fields::from(vec![
        Field::new("type", DataType::Utf8, false),
        head,
        tail,
        Field::new("score", DataType::Float32, false),
    ])
}

fn in_unit(name: &str, unit: &str) -> Field {
    Field::new(name, DataType::Int32, false).with_metadata([("unit".to_owned(), unit.to_owned())].into())
}

fn item(fields: Fields) -> FieldRef {
    Arc::new(Field::new("item", DataType::Struct(fields), false))
}

fn lists<T>(rows: &[Option<&[T]>], fields: Fields, columns: Vec<ArrayRef>) -> Result<ArrayRef, ArrowError> {
    let values = StructArray::try_new(fields.clone(), columns, None)?;
    let offsets = arrow_buffer::OffsetBuffer::from_lengths(rows.iter().map(|row| row.map_or(0, <[T]>::len)));
    let nulls = arrow_buffer::NullBuffer::from_iter(rows.iter().map(Option::is_some));
    Ok(Arc::new(ListArray::try_new(item(fields), offsets, Arc::new(values), Some(nulls))?))
}

fn strings<'a>(values: impl Iterator<Item = &'a str>) -> ArrayRef {
    Arc::new(values.map(Some).collect::<StringArray>())
}

/// [`Annotated`](crate::Annotated) lets no text through that is so long.
fn numbers(values: impl Iterator<Item = usize>) -> ArrayRef {
    Arc::new(Int32Array::from_iter_values(values.map(|value| i32::try_from(value).unwrap_or(i32::MAX))))
}

fn scores(values: impl Iterator<Item = f32>) -> ArrayRef {
    Arc::new(Float32Array::from_iter_values(values))
}
