//! How is a judgement told? Check run, JSON, terminal, workflow commands: all are renderings of
//! one [`Judgement`](super::judge::Judgement), pure and byte-stable.
//!
//! [`check_run`] is put together from [`title`], [`summary`] (with [`group`], [`sections`],
//! [`footer`]) and [`annotations`]; [`formats`] lists what the command line offers. Whatever
//! comes from a repository goes through [`escape`] on its way to Markdown (through [`shorten`] where
//! room is short), or through [`visible`] on its way to plain text.

pub mod adoption;
pub mod annotations;
pub mod answer;
pub mod budget;
pub mod check_run;
pub mod conclude;
pub mod csv;
pub mod dora;
pub mod escape;
pub mod explain;
pub mod fixes;
pub mod footer;
pub mod formats;
pub mod frame;
pub mod gate;
pub mod github;
pub mod group;
pub mod json;
pub mod junit;
pub mod policies_check;
pub mod problem;
pub mod remedy;
pub mod sarif;
pub mod scorecard;
pub mod sections;
pub mod shorten;
pub mod summary;
pub mod text;
pub mod title;
pub mod view;
pub mod visible;
pub mod words;

#[cfg(test)]
mod limits;
#[cfg(test)]
pub(crate) mod sample;
