//! The table: the game itself, where the player's hands and the voices meet it.
//!
//! Owns: the shared screens (`text::app`) as a resource and their advance in time. Refuses to know: how anything looks. It is the
//! only place of the window that holds a world, and no other changes it but by the screens' own methods.

use super::Frame;
use crate::text::app::App as Screens;
use bevy::prelude::*;

/// The game at play.
pub struct Table {
    /// Screens, world, voices, saves: as in the terminal.
    pub screens: Screens<'static>,
}

impl Table {
    /// A table at the title.
    pub fn new(screens: Screens<'static>) -> Table {
        Table { screens }
    }
}

/// Adds the table's advance.
pub fn plugin(app: &mut App) {
    app.add_systems(Update, advance.in_set(Frame::Advance));
}

fn advance(mut table: NonSendMut<Table>, time: Res<Time<Real>>, mut exit: MessageWriter<AppExit>) {
    table.screens.tick(time.elapsed().as_millis() as u64);
    if table.screens.quit {
        exit.write(AppExit::Success);
    }
}
