//! `game`: what a player touches. Draws and asks; holds no rule of the village.
//!
//! Owns: the terminal, scripts, saves on disk, the link to the node (its only other thread). Refuses to know: what is true in
//! the village (`engine-sim`), models and sockets beyond the one door (`emberd`), chains and torrents altogether.

pub mod ambient;
pub mod crash;
pub mod detective;
pub mod evidence;
pub mod judge_lines;
pub mod link;
pub mod pace;
pub mod plain;
pub mod prompt;
pub mod saves;
pub mod script;
pub mod settings;
pub mod small_talk;
pub mod tally;
pub mod text;
pub mod transcript;
pub mod voices;
#[cfg(feature = "window")]
pub mod window;
