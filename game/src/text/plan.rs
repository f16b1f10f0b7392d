//! The plan: the village as characters, scaled from its places' coordinates.
//!
//! Owns: where houses, paths, names and initials go on a grid of characters. Refuses to know: colours and frames. The north
//! gate's coordinate is the smallest, so small `y` is up.

use super::telling::{initials, place_name};
use engine_sim::ids::{PersonId, PlaceId};
use engine_sim::library::Library;

/// What a character of the plan is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Snow.
    Snow,
    /// A path.
    Path,
    /// A path that the chosen walk takes.
    Way,
    /// A place.
    House,
    /// The player.
    Player,
    /// A place's name.
    Name,
    /// The name of the place that is chosen.
    Chosen,
    /// A villager.
    Person(PersonId),
}

/// A grid of characters: `rows[y][x]`.
pub type Grid = Vec<Vec<(char, Kind)>>;

/// What the plan shows.
pub struct View<'a> {
    /// The tables.
    pub library: &'a Library,
    /// Where the player is.
    pub here: PlaceId,
    /// Where the chosen walk ends.
    pub goal: Option<PlaceId>,
    /// Who is where.
    pub people: Vec<Vec<PersonId>>,
}

/// Draws the plan.
pub fn plan(view: &View<'_>, width: usize, height: usize) -> Grid {
    let mut grid = vec![vec![(' ', Kind::Snow); width]; height];
    if width < 8 || height < 4 {
        return grid;
    }
    let village = &view.library.village;
    let spots = spots(view.library, width, height);
    for from in village.place_ids() {
        for (to, _) in village.neighbours(from) {
            stroke(&mut grid, spots[from.index()], spots[to.index()], '·', Kind::Path);
        }
    }
    if let Some(goal) = view.goal {
        let mut from = view.here;
        for to in village.way(view.here, goal) {
            stroke(&mut grid, spots[from.index()], spots[to.index()], '•', Kind::Way);
            from = to;
        }
    }
    for place in village.place_ids() {
        let (x, y) = spots[place.index()];
        grid[y][x] = if place == view.here {
            ('@', Kind::Player)
        } else if place == village.ember_house() {
            ('◈', Kind::House)
        } else {
            (if village.place(place).inside { '⌂' } else { '○' }, Kind::House)
        };
    }
    let initials = initials(view.library);
    for place in village.place_ids() {
        label(&mut grid, view, place, spots[place.index()], &initials);
    }
    grid
}

/// Each place's cell.
fn spots(library: &Library, width: usize, height: usize) -> Vec<(usize, usize)> {
    let places = &library.village.places;
    let scale = |value: i32, min: i32, max: i32, cells: usize| {
        let (value, span) = (i64::from(value - min), i64::from((max - min).max(1)));
        ((value * (cells as i64 - 1) + span / 2) / span) as usize
    };
    let min_max = |of: fn(&engine_sim::content::Place) -> i32| {
        let all = places.iter().map(of);
        (all.clone().min().unwrap_or(0), all.max().unwrap_or(0))
    };
    let ((x_min, x_max), (y_min, y_max)) = (min_max(|p| p.x), min_max(|p| p.y));
    places
        .iter()
        .map(|p| (2 + scale(p.x, x_min, x_max, width - 4), scale(p.y, y_min, y_max, height)))
        .collect()
}

fn stroke(grid: &mut Grid, from: (usize, usize), to: (usize, usize), ink: char, kind: Kind) {
    let steps = from.0.abs_diff(to.0).max(from.1.abs_diff(to.1) * 2).max(1);
    let between = |a: usize, b: usize, i: usize| (a * (steps - i) + b * i + steps / 2) / steps;
    for i in (1..steps).filter(|i| i % 2 == 0 || steps < 6) {
        grid[between(from.1, to.1, i)][between(from.0, to.0, i)] = (ink, kind);
    }
}

/// A word of a label with its kind.
type Word = (String, Kind);

fn label(grid: &mut Grid, view: &View<'_>, place: PlaceId, (x, y): (usize, usize), initials: &[String]) {
    let kind = if view.goal == Some(place) { Kind::Chosen } else { Kind::Name };
    let mut words: Vec<Word> = vec![(place_name(view.library, place).to_string(), kind)];
    for who in &view.people[place.index()] {
        words.push((initials[who.index()].clone(), Kind::Person(*who)));
    }
    let chars: Vec<(char, Kind)> = words
        .iter()
        .enumerate()
        .flat_map(|(i, (word, kind))| {
            let gap = (i > 0).then_some((' ', Kind::Name));
            gap.into_iter().chain(word.chars().map(|c| (c, *kind)))
        })
        .collect();
    let (width, height, len) = (grid[0].len(), grid.len(), chars.len());
    let middle = x.saturating_sub(len / 2).min(width.saturating_sub(len));
    let mut candidates = vec![(x + 2, y)];
    candidates.extend((x >= len + 2).then(|| (x - len - 1, y)));
    candidates.extend((y + 1 < height).then_some((middle, y + 1)));
    candidates.extend((y > 0).then(|| (middle, y - 1)));
    let free = |&(left, row): &(usize, usize)| {
        left + len <= width
            && (left.saturating_sub(1)..(left + len + 1).min(width)).all(|at| {
                matches!(grid[row][at].1, Kind::Snow | Kind::Path | Kind::Way) || at == x && row == y
            })
    };
    let (left, row) = candidates.iter().copied().find(free).unwrap_or((x + 2, y));
    let bare = |kind: Kind| matches!(kind, Kind::Path | Kind::Way);
    for at in [left.checked_sub(1), Some(left + len)].into_iter().flatten() {
        if let Some(cell) = grid[row].get_mut(at).filter(|cell| bare(cell.1)) {
            *cell = (' ', Kind::Snow);
        }
    }
    for (i, ink) in chars.into_iter().enumerate() {
        if let Some(cell) = grid[row].get_mut(left + i) {
            *cell = ink;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_can_be_read_at_the_smallest_size_and_the_gate_is_in_the_north() {
        let library = Library::shipped().unwrap();
        let here = library.village.ember_house();
        let people = vec![Vec::new(); library.village.places.len()];
        let view = View { library: &library, here, goal: None, people };
        let grid = plan(&view, 46, 17);
        let rows: Vec<String> = grid.iter().map(|row| row.iter().map(|(c, _)| *c).collect()).collect();
        for place in library.village.place_ids() {
            let name = place_name(&library, place);
            assert!(rows.iter().any(|row| row.contains(name)), "{name} is not on\n{}", rows.join("\n"));
        }
        assert!(rows[0].contains("north gate"));
        for (width, height) in [(0, 0), (7, 3), (8, 4), (200, 60)] {
            plan(&view, width, height);
        }
    }
}
