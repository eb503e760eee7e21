//! How many workers read beside the one that is there for what is typed, and in how many parts.

use sinet_protocol::Keeping;

/// The text of a part, in bytes: some twenty sentences, a third of a second for a worker.
const PART_BYTES: usize = 4 << 10;

/// The most parts. With each of them a worker gets the whole text.
const MOST_PARTS: usize = 64;

/// The least text, in bytes, that is read in parts. One worker has read a shorter one in about a second.
const LONG_BYTES: usize = 12 << 10;

/// The text, in bytes, that must be left for each helper where one more is started, which begins by loading the model: what a
/// worker reads in that time.
const WORTH_BYTES: usize = 16 << 10;

/// The memory of a worker without a model, in bytes.
const WORKER_BYTES: f64 = 64e6;

/// The memory of a model in a worker, by the bytes of its files: these, the packed weights, and what is read at a time.
const MODEL_MEMORY: f64 = 4.0;

/// The share of a machine's memory that all helpers may have.
const MEMORY_SHARE: f64 = 0.25;

/// The memory of a machine whose browser doesn't tell, in bytes.
const UNTOLD_MEMORY: f64 = 4e9;

/// How long a number of workers must have read before it is compared with others, in milliseconds of each of them.
const MEASURED_MILLISECONDS: f64 = 1000.0;

/// How much more one worker more must read.
const LEAST_GAIN: f64 = 1.05;

/// What the browser and the model tell before anything is measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Machine {
    /// Threads that run at once, `navigator.hardwareConcurrency`.
    pub cores: usize,
    /// `navigator.deviceMemory`, in gibibytes, where there is one.
    pub memory: Option<f64>,
    /// The bytes of the model's files.
    pub model_bytes: u64,
    /// Whether the model runs on the CPU. A GPU reads as much for one worker as for several.
    pub is_cpu: bool,
    /// Whether the model is kept here, so that no other worker fetches it over the network again.
    pub keeping: Keeping,
}

impl Machine {
    /// The most workers that may read beside the one that is there for what is typed.
    pub fn most_helpers(&self) -> usize {
        if !self.is_cpu || self.keeping != Keeping::Kept || self.cores < 2 {
            return 0;
        }
        let memory = self.memory.map_or(UNTOLD_MEMORY, |gibibytes| gibibytes * (1u64 << 30) as f64);
        let each = WORKER_BYTES + MODEL_MEMORY * self.model_bytes as f64;
        self.cores.min((memory * MEMORY_SHARE / each) as usize)
    }
}

/// In how many parts a text of so many bytes is read, where there are helpers.
pub fn parts_of(bytes: usize) -> usize {
    if bytes < LONG_BYTES { 1 } else { bytes.div_ceil(PART_BYTES).min(MOST_PARTS) }
}

/// Whether one more helper is worth its start, where so many bytes of text wait for so many helpers.
pub fn is_worth_a_helper(waiting_bytes: usize, helpers: usize) -> bool {
    waiting_bytes >= (helpers + 1) * WORTH_BYTES
}

/// The speeds that were measured: of one worker, of two at a time, and so on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Speeds(Vec<Speed>);

/// The text that workers have read, and how long it took them.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Speed {
    bytes: f64,
    milliseconds: f64,
}

impl Speeds {
    /// Notes that one of `workers`, all of which were reading and none starting, has read so many bytes in so many
    /// milliseconds.
    pub fn note(&mut self, workers: usize, bytes: usize, milliseconds: f64) {
        if let Some(place) = workers.checked_sub(1) {
            if self.0.len() <= place {
                self.0.resize(workers, Speed::default());
            }
            self.0[place].bytes += bytes as f64;
            self.0[place].milliseconds += milliseconds;
        }
    }

    /// How many workers shall read, at most `most`: the next number is tried as soon as the one before it was measured, and
    /// stays only if it reads more.
    pub fn wanted(&self, most: usize) -> usize {
        let mut wanted = most.min(1);
        while let Some(speed) = self.of(wanted).filter(|_| wanted < most) {
            match self.of(wanted + 1) {
                Some(more) if more < speed * LEAST_GAIN => return wanted,
                _ => wanted += 1,
            }
        }
        wanted
    }

    /// What so many workers read together, in bytes a millisecond, once that is known.
    fn of(&self, workers: usize) -> Option<f64> {
        let Speed { bytes, milliseconds } = *self.0.get(workers.checked_sub(1)?)?;
        (milliseconds >= MEASURED_MILLISECONDS * workers as f64).then(|| bytes / milliseconds * workers as f64)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MACHINE: Machine =
        Machine { cores: 8, memory: Some(8.0), model_bytes: 24_000_000, is_cpu: true, keeping: Keeping::Kept };

    #[test]
    fn cores_and_memory_bound_the_helpers() {
        let large = 440_000_000;
        let table = [
            (MACHINE, 8),
            (Machine { cores: 2, ..MACHINE }, 2),
            (Machine { cores: 1, ..MACHINE }, 0),
            (Machine { cores: 0, ..MACHINE }, 0),
            (Machine { cores: 64, ..MACHINE }, 13),
            (Machine { memory: None, ..MACHINE }, 6),
            (Machine { memory: Some(1.0), ..MACHINE }, 1),
            (Machine { memory: Some(0.25), ..MACHINE }, 0),
            (Machine { model_bytes: large, ..MACHINE }, 1),
            (Machine { model_bytes: large, memory: Some(4.0), ..MACHINE }, 0),
            (Machine { model_bytes: u64::MAX, ..MACHINE }, 0),
            (Machine { memory: Some(f64::NAN), ..MACHINE }, 0),
            (Machine { is_cpu: false, ..MACHINE }, 0),
            (Machine { keeping: Keeping::Full, ..MACHINE }, 0),
            (Machine { keeping: Keeping::Forbidden, ..MACHINE }, 0),
        ];
        for (machine, expected) in table {
            assert_eq!(machine.most_helpers(), expected, "{machine:?}");
        }
    }

    #[test]
    fn short_texts_stay_whole() {
        let table = [
            (0, 1),
            (LONG_BYTES - 1, 1),
            (LONG_BYTES, 3),
            (LONG_BYTES + 1, 4),
            (150_000, 37),
            (usize::MAX, MOST_PARTS),
        ];
        for (bytes, parts) in table {
            assert_eq!(parts_of(bytes), parts, "{bytes}");
        }
    }

    #[test]
    fn a_helper_is_started_for_work_that_outlasts_its_start() {
        assert!(!is_worth_a_helper(2_000, 0));
        assert!(!is_worth_a_helper(LONG_BYTES, 0));
        assert!(is_worth_a_helper(WORTH_BYTES, 0));
        assert!(!is_worth_a_helper(WORTH_BYTES, 1));
        assert!(is_worth_a_helper(150_000, 7));
    }

    /// Reads on a machine on which `speed` says what a number of workers read together, in bytes a millisecond, until
    /// the number stays; returns the numbers in turn.
    fn run(speed: impl Fn(usize) -> f64, most: usize) -> Vec<usize> {
        let mut speeds = Speeds::default();
        let mut numbers = vec![speeds.wanted(most)];
        for _ in 0..20 * most {
            let workers = *numbers.last().unwrap();
            // Each of them reads a part.
            for _ in 0..workers {
                speeds.note(workers, PART_BYTES, PART_BYTES as f64 * workers as f64 / speed(workers));
            }
            let wanted = speeds.wanted(most);
            if wanted != workers {
                numbers.push(wanted);
            }
        }
        numbers
    }

    #[test]
    fn a_worker_that_makes_things_slower_is_let_go() {
        assert_eq!(run(|workers| 11.0 * workers as f64, 4), [1, 2, 3, 4]);
        assert_eq!(run(|workers| 11.0 * workers.min(2) as f64, 4), [1, 2, 3, 2]);
        assert_eq!(run(|workers| 11.0 / workers as f64, 4), [1, 2, 1]);
        assert_eq!(run(|_| 11.0, 1), [1]);
        assert_eq!(run(|_| 11.0, 0), [0]);
    }

    #[test]
    fn nothing_is_decided_by_a_single_part() {
        let mut speeds = Speeds::default();
        speeds.note(1, PART_BYTES, MEASURED_MILLISECONDS - 1.0);
        assert_eq!(speeds.wanted(2), 1);
        speeds.note(1, PART_BYTES, 1.0);
        assert_eq!(speeds.wanted(2), 2);
        speeds.note(0, PART_BYTES, 1.0);
        speeds.note(2, 1, MEASURED_MILLISECONDS);
        assert_eq!(speeds.wanted(2), 2);
        speeds.note(2, 1, MEASURED_MILLISECONDS);
        assert_eq!(speeds.wanted(2), 1);
    }

    proptest! {
        /// Whatever the machine: the number comes to rest, within its bounds, and one less reads less.
        #[test]
        fn the_number_comes_to_rest(gains in prop::collection::vec(0.3f64..2.0, 8), most in 1usize..8) {
            let speed = |workers: usize| gains[..workers].iter().product::<f64>();
            let numbers = run(speed, most);
            let last = *numbers.last().unwrap();
            prop_assert!((1..=most).contains(&last));
            // Up, and at most one step back.
            prop_assert!(numbers.windows(2).filter(|pair| pair[1] < pair[0]).count() <= 1);
            prop_assert!(numbers.len() <= most + 1);
            if last > 1 {
                prop_assert!(speed(last) >= speed(last - 1) * LEAST_GAIN * 0.999);
            }
        }
    }
}
