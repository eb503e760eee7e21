//! Work of which only the newest piece counts.

use leptos::prelude::*;
use leptos::task::spawn_local;

/// Work of which one piece is done at a time; of what is asked for meanwhile only the last is done. A copy is the same work.
#[derive(Clone, Copy)]
pub struct Latest {
    is_running: RwSignal<bool>,
    again: StoredValue<bool>,
}

impl Latest {
    /// Nothing is to be done.
    pub fn new() -> Self {
        Self { is_running: RwSignal::new(false), again: StoredValue::new(false) }
    }

    /// Does the work now, or once more when what is running has ended.
    pub fn run<F: Future<Output = ()>>(self, work: impl Fn() -> F + 'static) {
        if self.is_running.get_untracked() {
            return self.again.set_value(true);
        }
        self.is_running.set(true);
        spawn_local(async move {
            loop {
                self.catch_up();
                work().await;
                if !self.has_newer() {
                    break;
                }
            }
            self.is_running.set(false);
        });
    }

    /// Whether the work is going on.
    pub fn is_running(self) -> bool {
        self.is_running.get()
    }

    /// The same, for those who only ask once.
    pub fn is_running_now(self) -> bool {
        self.is_running.get_untracked()
    }

    /// Whether it was asked for once more since the running work has begun or caught up.
    pub fn has_newer(self) -> bool {
        self.again.get_value()
    }

    /// Says that the running work does the newest from here on, so that it need not be done once more.
    pub fn catch_up(self) {
        self.again.set_value(false);
    }
}
