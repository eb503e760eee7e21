//! The sentences that a run learns from: labelled ones, and those of texts that its teachers answer for.

use std::path::Path;

use burn::tensor::Device;
use sinet_formats::{Dataset, Example};
use sinet_text::Tokenizer;

use crate::Error;
use crate::config::RunConfig;
use crate::console::say;
use crate::data::texts;
use crate::dataset::{Data, TRAIN};
use crate::error::DataError;
use crate::run::samples::Sentence;
use crate::run::teachers::Teachers;

/// The sentences of a run.
#[derive(Debug)]
pub struct Lessons {
    /// All labelled ones in the order of their file, then the others.
    pub sentences: Vec<Sentence>,
    /// The others as words.
    unlabelled: Vec<Example>,
    /// Sentences without labels that an epoch takes.
    pub drawn: usize,
}

impl Lessons {
    /// Reads everything, and asks the teachers, if there are any, about all of it.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] for a labelled sentence that the encoder or a teacher cannot read as one piece, and for sentences without
    /// neighbours where the encoder is to read these; as [`Teachers::read`] and [`texts::sentences`].
    pub fn prepare(
        config: &RunConfig,
        data: &Data,
        tokenizer: &Tokenizer,
        limit: usize,
        device: &Device,
    ) -> Result<Self, Error> {
        let file = data.identity.folder.join(TRAIN);
        let context_words = config.model.context_words;
        if context_words > 0 && data.train.documents().all(|document| document.len() == 1) {
            return Err(Error::data(&file)(DataError::NoContext));
        }
        let sentences = Sentence::all(&data.train, tokenizer, limit, context_words).map_err(Error::data(&file))?;
        let mut lessons = Self { sentences, unlabelled: Vec::new(), drawn: 0 };
        let Some(teachers) = Teachers::read(config, &data.schema, device)? else { return Ok(lessons) };

        say("the teachers read …");
        let answers = teachers.of_labelled(&data.train)?;
        let taught = lessons.sentences.into_iter().zip(answers).map(|(sentence, answers)| {
            let number = sentence.index + 1;
            answers.map(|answers| sentence.taught(answers)).ok_or(DataError::TooLongForTeacher { sentence: number })
        });
        lessons.sentences = taught.collect::<Result<_, _>>().map_err(Error::data(&file))?;
        if let Some(path) = &config.distil.unlabelled {
            let texts = texts::sentences(path)?;
            let read = Sentence::each(&texts, tokenizer, limit, context_words);
            lessons.add(texts, read, &teachers, path)?;
            let wished = config.distil.unlabelled_share * data.train.sentences.len() as f64;
            lessons.drawn = lessons.unlabelled.len().min(wished.round() as usize);
        }
        Ok(lessons)
    }

    /// Adds sentences without labels; those that the student or a teacher cannot read as one piece stay out.
    fn add(
        &mut self,
        texts: Dataset,
        read: Vec<Result<Sentence, DataError>>,
        teachers: &Teachers,
        path: &Path,
    ) -> Result<(), Error> {
        let (all, answers) = (texts.sentences.len(), teachers.of_unlabelled(&texts)?);
        for ((example, sentence), answers) in texts.sentences.into_iter().zip(read).zip(answers) {
            if let (Ok(sentence), Some(answers)) = (sentence, answers) {
                self.sentences.push(sentence.unlabelled(self.sentences.len(), answers));
                self.unlabelled.push(example);
            }
        }
        if self.unlabelled.is_empty() {
            return Err(Error::data(path)(DataError::NoText));
        }
        let (path, too_long) = (path.display(), all - self.unlabelled.len());
        if too_long > 0 {
            say(format_args!(
                "{path}: {too_long} of {all} sentences are too long for the student or a teacher, and stay out"
            ));
        }
        Ok(())
    }

    /// Sentences that an epoch takes.
    pub fn of_epoch(&self) -> usize {
        self.sentences.len() - self.unlabelled.len() + self.drawn
    }

    /// Number of sentences without labels; `None` where there are no texts.
    pub fn unlabelled(&self) -> Option<usize> {
        Some(self.unlabelled.len()).filter(|&sentences| sentences > 0)
    }

    /// A sentence as words, with its labels.
    pub fn example<'a>(&'a self, labelled: &'a Dataset, sentence: usize) -> &'a Example {
        let index = self.sentences[sentence].index;
        labelled.sentences.get(index).unwrap_or_else(|| &self.unlabelled[index - labelled.sentences.len()])
    }
}
