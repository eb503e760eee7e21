//! The entities and triples of a corpus as a graph, for Neo4j and for RDF.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use sinet_formats::rdf::{ENTITY, RELATION, TYPE, iri_part, literal};

use crate::Error;
use crate::corpus::stats::{Edge, Stats};
use crate::files::write_whole;

/// The label of a thing, for people.
const LABEL: &str = "http://www.w3.org/2000/01/rdf-schema#label";

/// Writes `nodes.csv` and `relationships.csv` into a folder, with the heads that `neo4j-admin database import` reads.
///
/// # Errors
///
/// [`Error::Write`] if they cannot be written.
pub fn write_neo4j(stats: &Stats, folder: &Path) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(Error::writing(folder))?;
    write(&folder.join("nodes.csv"), |file| {
        let mut csv = csv::Writer::from_writer(file);
        csv.write_record(["id:ID", "name", "mentions:long", ":LABEL"])?;
        for (place, node) in stats.nodes.iter().enumerate() {
            csv.write_record([&place.to_string(), &node.name, &node.mentions.to_string(), &node.kind])?;
        }
        csv.flush()
    })?;
    write(&folder.join("relationships.csv"), |file| {
        let mut csv = csv::Writer::from_writer(file);
        csv.write_record([":START_ID", ":END_ID", ":TYPE", "found:long"])?;
        for (edge, found) in edges(stats) {
            let [head, tail, found] = [edge.head.to_string(), edge.tail.to_string(), found.to_string()];
            csv.write_record([&head, &tail, &stats.kinds[edge.kind], &found])?;
        }
        csv.flush()
    })
}

/// Writes N-Triples: each entity with its type and name, and each triple once.
///
/// # Errors
///
/// [`Error::Write`] if they cannot be written.
pub fn write_n_triples(stats: &Stats, path: &Path) -> Result<(), Error> {
    let iri = |place: usize| {
        let node = &stats.nodes[place];
        format!("urn:sinet:corpus:{}:{}", iri_part(&node.kind), iri_part(&node.key))
    };
    write(path, |file| {
        for (place, node) in stats.nodes.iter().enumerate() {
            let name = iri(place);
            writeln!(file, "<{name}> <{TYPE}> <{ENTITY}{}> .", iri_part(&node.kind))?;
            writeln!(file, "<{name}> <{LABEL}> \"{}\" .", literal(&node.name))?;
        }
        for (edge, _) in edges(stats) {
            let kind = iri_part(&stats.kinds[edge.kind]);
            writeln!(file, "<{}> <{RELATION}{kind}> <{}> .", iri(edge.head), iri(edge.tail))?;
        }
        file.flush()
    })
}

/// The triples in an order that is the same each time.
fn edges(stats: &Stats) -> Vec<(Edge, u64)> {
    let mut edges: Vec<_> = stats.edges.iter().map(|(edge, found)| (*edge, *found)).collect();
    edges.sort_unstable();
    edges
}

fn write(path: &Path, fill: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> Result<(), Error> {
    write_whole(path, |file| {
        let mut file = BufWriter::new(file);
        fill(&mut file).and_then(|()| file.flush()).map_err(Error::writing(path))
    })
}

#[cfg(test)]
mod tests {
    use sinet_text::annotation::{Entity, Relation, TextRange, WordRange};

    use super::*;
    use crate::corpus::answers::Said;

    #[test]
    fn names_of_every_sort_are_written() {
        let entity = |text: &str| Entity {
            kind: "Other Term".to_owned(),
            range: TextRange { start: 0, end: 1 },
            words: WordRange { start: 0, end: 1 },
            text: text.to_owned(),
            score: 0.5,
        };
        let mut stats = Stats::default();
        let related = Relation { kind: "Used-for".to_owned(), head: 0, tail: 1, score: 0.5 };
        let entities = vec![entity("say \"hi\", \\ twice"), entity("<b> & ß")];
        stats.add(&Said::Labels(entities, vec![related.clone(), related]));
        let folder = tempfile::tempdir().unwrap();
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
        write_neo4j(&stats, folder.path()).unwrap();
        assert_eq!(
            read("nodes.csv"),
            "id:ID,name,mentions:long,:LABEL\n0,\"say \"\"hi\"\", \\ twice\",1,Other Term\n1,<b> & ß,1,Other Term\n"
        );
        assert_eq!(read("relationships.csv"), ":START_ID,:END_ID,:TYPE,found:long\n0,1,Used-for,2\n");
        write_n_triples(&stats, &folder.path().join("a.nt")).unwrap();
        let written = read("a.nt");
        let lines: Vec<_> = written.lines().collect();
        assert_eq!(lines.len(), 5);
        assert!(lines[1].ends_with(r#""say \"hi\", \\ twice" ."#), "{}", lines[1]);
        assert_eq!(
            lines[4],
            "<urn:sinet:corpus:Other%20Term:say%20%22hi%22%2C%20%5C%20twice> <urn:sinet:relation:Used-for> \
             <urn:sinet:corpus:Other%20Term:%3Cb%3E%20%26%20%C3%9F> ."
        );
    }
}
