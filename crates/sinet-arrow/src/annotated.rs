//! The columns of annotations beside those that were there.

use std::fmt::Display;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, LargeStringArray, RecordBatch, RecordBatchOptions, StringArray};
use arrow_schema::{DataType, Field, FieldRef, Schema, SchemaRef};
use sinet_text::Annotation;
use sinet_text::annotation::{Entity, Relation};

use crate::columns;
use crate::error::{BatchError, ColumnError};

/// The column of entities: `list<struct<type, start, end, first_word, end_word, text, score>>`.
pub const ENTITIES: &str = "entities";
/// The column of relations: `list<struct<type, head, tail, score>>`.
pub const RELATIONS: &str = "relations";
/// The column of reasons for which a text was not read; null where it was.
pub const ERROR: &str = "error";

/// A model, as the metadata of a schema names it.
#[derive(Debug, Clone, Copy)]
pub struct ModelNote<'a> {
    /// Its name; the key `sinet.model`.
    pub name: &'a str,
    /// The fingerprint of its manifest; the key `sinet.fingerprint`.
    pub fingerprint: &'a str,
    /// The version of the program; the key `sinet.version`.
    pub version: &'a str,
}

/// A schema with the columns of annotations, and the way to fill them.
#[derive(Debug, Clone)]
pub struct Annotated {
    schema: SchemaRef,
    text: usize,
}

impl Annotated {
    /// Adds the columns to a schema. `text` names the column with the texts, of any type of text, dictionaries included;
    /// without a name it is the one called `text`, or the only one of text.
    ///
    /// # Errors
    ///
    /// [`ColumnError`] if there is no such column, it does not hold text, or a name is taken.
    pub fn new(input: &Schema, text: Option<&str>, model: &ModelNote) -> Result<Self, ColumnError> {
        let text = text_column(input, text)?;
        let added = [
            Field::new(ENTITIES, columns::entity_list(), true),
            Field::new(RELATIONS, columns::relation_list(), true),
            Field::new(ERROR, DataType::Utf8, true),
        ];
        if let Some(taken) = added.iter().find(|field| input.column_with_name(field.name()).is_some()) {
            return Err(ColumnError::Taken { column: taken.name().clone() });
        }
        let fields: Vec<FieldRef> = input.fields().iter().cloned().chain(added.map(Arc::new)).collect();
        let mut metadata = input.metadata().clone();
        let ModelNote { name, fingerprint, version } = *model;
        for (key, value) in [("sinet.model", name), ("sinet.fingerprint", fingerprint), ("sinet.version", version)] {
            metadata.insert(key.to_owned(), value.to_owned());
        }
        Ok(Self { schema: Arc::new(Schema::new_with_metadata(fields, metadata)), text })
    }

    /// The schema with the columns of annotations.
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// The texts of a batch.
    ///
    /// # Errors
    ///
    /// [`BatchError::Arrow`] if the column is not what its schema says.
    pub fn texts(&self, batch: &RecordBatch) -> Result<Texts, BatchError> {
        let texts = arrow_cast::cast(batch.column(self.text), &DataType::LargeUtf8)?;
        Ok(Texts(texts.as_string().clone()))
    }

    /// A batch with the annotations of its rows: none for a null text, which has null lists; the reason for a text that could
    /// not be read, which has null lists and an `error`.
    ///
    /// # Errors
    ///
    /// [`BatchError`] if Arrow cannot hold it.
    ///
    /// # Panics
    ///
    /// If there are not as many answers as rows.
    pub fn batch<E: Display>(
        &self,
        batch: &RecordBatch,
        rows: Vec<Option<Result<Annotation, E>>>,
    ) -> Result<RecordBatch, BatchError> {
        assert_eq!(rows.len(), batch.num_rows(), "an answer a row");
        check_size(&rows)?;
        let found = || rows.iter().map(|row| row.as_ref().and_then(|row| row.as_ref().ok()));
        let entities: Vec<Option<&[Entity]>> = found().map(|found| found.map(|found| &found.entities[..])).collect();
        let relations: Vec<Option<&[Relation]>> =
            found().map(|found| found.map(|found| &found.relations[..])).collect();
        let error = |row: &Option<Result<Annotation, E>>| match row {
            Some(Err(error)) => Some(error.to_string()),
            _ => None,
        };
        let errors: ArrayRef = Arc::new(rows.iter().map(error).collect::<StringArray>());
        let mut columns = batch.columns().to_vec();
        columns.extend([columns::entities(&entities)?, columns::relations(&relations)?, errors]);
        let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
        Ok(RecordBatch::try_new_with_options(self.schema(), columns, &options)?)
    }
}

/// The texts of a batch, one a row.
#[derive(Debug, Clone)]
pub struct Texts(LargeStringArray);

impl Texts {
    /// Goes through the rows; `None` is a null.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Option<&str>> {
        self.0.iter()
    }
}

/// Whether a schema has the columns of annotations, as [`Annotated`] writes them or as an engine has made them since.
pub fn is_annotated(schema: &Schema) -> bool {
    let has = |name: &str, kind: DataType| {
        schema.column_with_name(name).is_some_and(|(_, field)| columns::read_as(field.data_type(), &kind).is_some())
    };
    has(ENTITIES, columns::entity_list()) && has(RELATIONS, columns::relation_list())
}

/// The entities and the relations of a row.
pub type RowLabels = (Vec<Entity>, Vec<Relation>);

/// The labels of each row of an annotated batch; `None` for a row without an annotation, and for all where
/// [`is_annotated`] says no.
///
/// # Errors
///
/// [`BatchError::Arrow`] if a column is not what its schema says.
pub fn labels(batch: &RecordBatch) -> Result<impl Iterator<Item = Option<RowLabels>> + use<>, BatchError> {
    let read = |name: &str, ours: DataType| {
        let column = batch.column_by_name(name);
        let kind = column.and_then(|column| Some((column, columns::read_as(column.data_type(), &ours)?)));
        kind.map(|(column, kind)| arrow_cast::cast(column, &kind)).transpose()
    };
    let entities = read(ENTITIES, columns::entity_list())?;
    let columns = entities.zip(read(RELATIONS, columns::relation_list())?);
    Ok((0..batch.num_rows()).map(move |row| {
        let (entities, relations) = columns.as_ref()?;
        Some((columns::entities_of(entities, row)?, columns::relations_of(relations, row)?))
    }))
}

/// The place of the column of a name, or of the one that holds the text.
///
/// # Errors
///
/// [`ColumnError`] if there is none, or it does not hold text.
fn text_column(schema: &Schema, name: Option<&str>) -> Result<usize, ColumnError> {
    let names = |of: &dyn Fn(&Field) -> bool| -> Vec<String> {
        schema.fields().iter().filter(|field| of(field)).map(|field| field.name().clone()).collect()
    };
    let texts = || names(&|field| is_text(field.data_type()));
    let (place, field) = match name {
        Some(name) => schema
            .column_with_name(name)
            .ok_or_else(|| ColumnError::Missing { column: name.to_owned(), there: names(&|_| true) })?,
        None => match (schema.column_with_name("text"), &texts()[..]) {
            (Some(found), _) => found,
            (None, [only]) => schema.column_with_name(only).expect("it is one of them"),
            (None, _) => return Err(ColumnError::Unnamed { texts: texts() }),
        },
    };
    if !is_text(field.data_type()) {
        let (column, kind) = (field.name().clone(), field.data_type().clone());
        return Err(ColumnError::NotText { column, kind, texts: texts() });
    }
    Ok(place)
}

fn is_text(kind: &DataType) -> bool {
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

/// Whether lists with positions of 32 bits can hold all labels.
fn check_size<E: Display>(rows: &[Option<Result<Annotation, E>>]) -> Result<(), BatchError> {
    let size = |row: &Option<Result<Annotation, E>>| match row {
        None => 0,
        Some(Err(error)) => error.to_string().len(),
        // A type's name and a text are bytes of one column each; a position is not above the length of the text.
        Some(Ok(found)) => {
            let bytes = found.entities.iter().map(|entity| entity.kind.len() + entity.text.len()).sum::<usize>();
            bytes + found.relations.iter().map(|relation| relation.kind.len()).sum::<usize>() + found.text.len()
        }
    };
    let total = rows.iter().try_fold(0usize, |total, row| total.checked_add(size(row)));
    match total {
        Some(total) if i32::try_from(total).is_ok() => Ok(()),
        _ => Err(BatchError::TooLarge { rows: rows.len() }),
    }
}
