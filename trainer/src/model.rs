//! One model: the pretrained encoder that it begins with, its answers, its scores and their calibration, its folder.

pub mod calibration;
pub mod card;
pub mod evaluate;
pub mod export;
pub mod folder;
pub mod predict;
pub mod pretrained;
pub mod record;
pub mod running_text;
pub mod scoring;
pub mod threshold;
