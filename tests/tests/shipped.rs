//! The models that ship: each computes what its folder says, and its scaling changes no label.

use std::fs;
use std::path::{Path, PathBuf};

use burn::tensor::{Device, read_sync};
use sinet::dataset::read_dataset;
use sinet::model::evaluate::predict;
use sinet_infer::config::CONFIG;
use sinet_infer::{BetaScaling, Model, ModelConfig, ModelFiles, Scaling};

/// The folders of the models.
fn models() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models");
    let found = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    found.filter(|folder| folder.join("manifest.json").is_file()).collect()
}

fn load(files: ModelFiles) -> Model {
    Model::load(files, &Device::flex()).unwrap()
}

#[test]
fn every_model_passes_its_self_test() {
    let models = models();
    assert!(models.len() >= 2, "{models:?}");
    for folder in models {
        let model = load(ModelFiles::read_dir(&folder).unwrap());
        read_sync(model.self_test()).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    }
}

#[test]
fn scaling_changes_no_label_of_the_development_data() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let data = std::env::var_os("SINET_DATA").map_or(root.join("../shared/data"), PathBuf::from);
    for folder in models() {
        let dev = data.join(folder.file_name().unwrap()).join("dev.json");
        if !dev.exists() {
            println!("skipped: there is no {}", dev.display());
            continue;
        }
        let files = ModelFiles::read_dir(&folder).unwrap();
        let config = ModelConfig::parse(files.get(CONFIG).unwrap()).unwrap();
        let at = |scaling: Scaling| {
            let mut files = files.clone();
            files.insert(CONFIG, config.with_scaling(scaling).to_json());
            files.seal();
            let model = load(files);
            let dataset = read_dataset(&dev, model.schema()).unwrap();
            predict(&model, &dataset, model.thresholds()).unwrap()
        };
        let own = at(config.scaling);
        assert!(own.iter().map(|found| found.relations.len()).sum::<usize>() > 50);
        for [entity, below, above, offset] in [[1.0, 1.0, 1.0, 0.0], [1.37, 1.4, 0.3, -1.3], [0.6, 0.5, 0.7, 0.4]] {
            let other = at(Scaling { entity, relation: BetaScaling { below, above, offset } });
            assert!(own.iter().zip(&other).all(|(own, other)| own.labels() == other.labels()), "{}", folder.display());
        }
    }
}
