//! Attention maps as shades over words.

use sinet_text::annotation::WindowAttention;

/// The number of shades: 0 is the page's own colour.
pub const SHADES: usize = 10;

/// One of the three maps of a window, as in figure 4 of the paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// What the entity side reads in the relation space.
    EntityOverRelation,
    /// What the relation side reads in the entity space.
    RelationOverEntity,
    /// What the encoder's own `[CLS]` reads.
    EncoderCls,
}

impl Look {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::EntityOverRelation, Self::RelationOverEntity, Self::EncoderCls];

    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::EntityOverRelation => "Entities look at the relation space",
            Self::RelationOverEntity => "Relations look at the entity space",
            Self::EncoderCls => "The encoder alone",
        }
    }

    /// Its map: a row for each head.
    pub fn heads(self, attention: &WindowAttention) -> &[Vec<f32>] {
        match self {
            Self::EntityOverRelation => &attention.entity_over_relation,
            Self::RelationOverEntity => &attention.relation_over_entity,
            Self::EncoderCls => &attention.encoder_cls,
        }
    }
}

/// One head's weights, or the mean over heads for `None`. Empty if there is no such head.
pub fn weights(heads: &[Vec<f32>], head: Option<usize>) -> Vec<f32> {
    match head {
        Some(head) => heads.get(head).cloned().unwrap_or_default(),
        None => {
            let mut mean = vec![0.0; heads.first().map_or(0, Vec::len)];
            for row in heads {
                for (sum, weight) in mean.iter_mut().zip(row) {
                    *sum += weight / heads.len() as f32;
                }
            }
            mean
        }
    }
}

/// For each weight a shade from 0 to `SHADES - 1`, the largest weight the darkest.
pub fn shades(weights: &[f32]) -> Vec<usize> {
    let largest = weights.iter().copied().fold(0.0, f32::max);
    let darkest = (SHADES - 1) as f32;
    let shade = |&weight: &f32| if largest > 0.0 { (weight / largest * darkest).round() as usize } else { 0 };
    weights.iter().map(shade).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_is_over_heads() {
        let heads = [vec![0.5, 0.25, 0.25], vec![0.0, 0.25, 0.75]];
        assert_eq!(weights(&heads, None), [0.25, 0.25, 0.5]);
        assert_eq!(weights(&heads, Some(1)), heads[1]);
        assert!(weights(&heads, Some(2)).is_empty());
        assert!(weights(&[], None).is_empty());
    }

    #[test]
    fn the_largest_weight_is_the_darkest() {
        assert_eq!(shades(&[0.0, 0.25, 0.5]), [0, 5, 9]);
        assert_eq!(shades(&[0.0, 0.0]), [0, 0]);
        assert_eq!(shades(&[f32::NAN, 1.0]), [0, 9]);
    }
}
