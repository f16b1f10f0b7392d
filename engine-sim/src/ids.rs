//! Ids of people, places and items: small integers that index the village's tables.
//!
//! Owns: the newtypes and their ranges. Refuses to know: names (see `content`). An id is made by `content` when it parses
//! the village, so holding one means that it was checked once.

use rkyv::{Archive, Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Archive, Serialize, Deserialize)]
        #[rkyv(derive(Debug, PartialEq, Eq, PartialOrd, Ord), attr(allow(missing_docs)))]
        pub struct $name(pub u8);
        impl $name {
            /// The index into the village's table of this kind.
            pub fn index(self) -> usize {
                usize::from(self.0)
            }
        }
    };
}

id!(
    /// A villager (index into `Village::villagers`) or the player ([`PersonId::PLAYER`]).
    PersonId
);
id!(
    /// A place (index into `Village::places`).
    PlaceId
);
id!(
    /// A kind of item (index into `Village::items`).
    ItemId
);

impl PersonId {
    /// The player: not in the villagers' table.
    pub const PLAYER: PersonId = PersonId(u8::MAX);
    /// Whether this is the player.
    pub fn is_player(self) -> bool {
        self == Self::PLAYER
    }
}
