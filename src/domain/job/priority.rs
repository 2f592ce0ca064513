//! How urgent is work?

/// Smaller is sooner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Priority {
    /// Somebody waits: plans and pull requests.
    Interactive = 0,
    /// Nobody waits, but it should be soon: default branches.
    Background = 10,
    /// Whenever there is room.
    Sweep = 20,
    /// After the others: it sums up what they found.
    Report = 30,
    /// Last of all: the past, of which there is much, and which makes later answers better.
    Past = 40,
}

impl Priority {
    /// Every class, the most urgent first.
    pub const ALL: [Self; 5] =
        [Self::Interactive, Self::Background, Self::Sweep, Self::Report, Self::Past];

    /// The word in metrics: `interactive`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Interactive => "interactive",
            Self::Background => "background",
            Self::Sweep => "sweep",
            Self::Report => "report",
            Self::Past => "past",
        }
    }

    /// The class of a stored number; an unknown one is as patient as can be.
    pub fn of(number: i64) -> Self {
        let class = Self::ALL.into_iter().find(|class| *class as i64 == number);
        class.unwrap_or(Self::Past)
    }
}
