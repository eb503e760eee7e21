//! One model: the pretrained encoder that it begins with, its answers and its scores, its folder.

pub mod card;
pub mod evaluate;
pub mod export;
pub mod folder;
pub mod predict;
pub mod pretrained;
pub mod record;
pub mod scoring;
pub mod threshold;
