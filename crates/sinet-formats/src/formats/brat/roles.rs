//! The order of a relation's arguments, by their roles.

use std::collections::HashMap;

use crate::loss_report::LossReport;

/// The first role of each type of relation in a collection.
///
/// brat calls the arguments `Arg1` and `Arg2`, in any order. Other roles have their order in the `[relations]` of the
/// collection's `annotation.conf`; without it the one that comes first at first is the first.
#[derive(Debug, Default)]
pub(crate) struct Roles {
    first: HashMap<String, String>,
}

impl Roles {
    /// So many types are remembered; files come from strangers.
    const MAX: usize = 10_000;

    /// Takes the roles from an `annotation.conf`.
    pub(crate) fn configure(&mut self, configuration: &str) {
        let mut in_relations = false;
        for line in configuration.lines().map(str::trim) {
            if line.starts_with('[') {
                in_relations = line == "[relations]";
            } else if in_relations && !line.starts_with(['#', '!', '<', '-']) {
                let Some((kind, arguments)) = line.split_once(char::is_whitespace) else { continue };
                let Some((role, _)) = arguments.trim().split_once(':') else { continue };
                self.remember(kind, role);
            }
        }
    }

    /// The ids of a relation's two arguments, the head's first; `None` if there are not two.
    pub(super) fn ordered(
        &mut self,
        kind: &str,
        arguments: &[(String, String)],
        report: &mut LossReport,
    ) -> Option<[String; 2]> {
        let [(role, id), (other_role, other_id)] = arguments else { return None };
        let number =
            |role: &str| role.strip_prefix("Arg").or(role.strip_prefix("arg")).and_then(|number| number.parse().ok());
        let numbers: [Option<u32>; 2] = [number(role), number(other_role)];
        let is_turned = match numbers {
            [Some(number), Some(other)] => other < number,
            _ => {
                report.note(
                    "Some relations have other roles than Arg1 and Arg2: the head is the one that annotation.conf, or the first relation of the type, has first.",
                );
                let known = self.first.get(kind);
                let is_turned = known.is_some_and(|first| first == other_role && first != role);
                if known.is_none() {
                    self.remember(kind, role);
                }
                is_turned
            }
        };
        Some(if is_turned { [other_id.clone(), id.clone()] } else { [id.clone(), other_id.clone()] })
    }

    fn remember(&mut self, kind: &str, role: &str) {
        if self.first.len() < Self::MAX {
            self.first.entry(kind.to_owned()).or_insert_with(|| role.to_owned());
        }
    }
}
