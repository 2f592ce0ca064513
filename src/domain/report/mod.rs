//! How is a judgement told? Check run, JSON, terminal, workflow commands: all are renderings of
//! one [`Judgement`](super::judge::Judgement), pure and byte-stable.

pub mod escape;
pub mod visible;
