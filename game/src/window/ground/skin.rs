//! The ground's skin: one mesh of snow, one of ice.
//!
//! Owns: the grid, its colours. Refuses to know: heights beyond asking for them.

use super::lanes::yard;
use super::{BRIM_HALF_M, Ground, ICE_DOWN_M, LANE_HALF_M, RIM_M, STREAM_END, noise, smoothstep};
use crate::window::palette::{DUSK, SNOW_LIGHT, SNOW_SHADE, THATCH, TIMBER, blend};
use crate::window::plan::Plan;
use bevy::asset::RenderAssetUsages;
use bevy::color::{ColorToComponents, LinearRgba, Mix};
use bevy::math::{Vec2, Vec3};
use bevy::mesh::{Indices, Mesh, PrimitiveTopology};

/// The fine part of the grid, metres on the plan, and its step.
const FINE_LOW_M: Vec2 = Vec2::new(-84.0, -70.0);
const FINE_HIGH_M: Vec2 = Vec2::new(84.0, 58.0);
const FINE_STEP_M: f32 = 1.12;
/// The coarse part: lines beyond the fine part on each side, and how much wider each is than the last.
const COARSE_LINES: usize = 12;
const COARSE_GROWTH: f32 = 1.26;
/// Around a yard's middle the snow is trodden, metres; around the market's too.
const YARD_TRODDEN_M: f32 = 4.2;
const MARKET_TRODDEN_M: f32 = 9.0;

/// Lines of the grid along one axis.
fn lines(low: f32, high: f32) -> Vec<f32> {
    let fine = ((high - low) / FINE_STEP_M).round() as usize;
    let mut lines: Vec<f32> = (0..=fine).map(|i| low + (high - low) * i as f32 / fine as f32).collect();
    let mut step = FINE_STEP_M;
    let (mut first, mut last) = (low, high);
    for _ in 0..COARSE_LINES {
        step *= COARSE_GROWTH;
        first -= step;
        last += step;
        lines.insert(0, first);
        lines.push(last);
    }
    lines
}

fn mesh(positions: Vec<[f32; 3]>, normals: Vec<[f32; 3]>, colours: Vec<[f32; 4]>, corners: Vec<u32>) -> Mesh {
    Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::RENDER_WORLD)
        .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, positions)
        .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, normals)
        .with_inserted_attribute(Mesh::ATTRIBUTE_COLOR, colours)
        .with_inserted_indices(Indices::U32(corners))
}

/// Two triangles for each cell of a grid of `columns` x `rows` points.
fn cells(columns: usize, rows: usize) -> Vec<u32> {
    let mut corners = Vec::with_capacity((columns - 1) * (rows - 1) * 6);
    for row in 0..rows - 1 {
        for column in 0..columns - 1 {
            let a = (row * columns + column) as u32;
            let (b, c, d) = (a + 1, a + columns as u32, a + columns as u32 + 1);
            corners.extend([a, c, d, a, d, b]);
        }
    }
    corners
}

/// Triangles in the mesh of snow.
pub fn snow_triangles() -> usize {
    let across = lines(FINE_LOW_M.x, FINE_HIGH_M.x).len() - 1;
    let down = lines(FINE_LOW_M.y, FINE_HIGH_M.y).len() - 1;
    across * down * 2
}

/// The snow.
pub fn snow(plan: &Plan, ground: &Ground) -> Mesh {
    let (xs, zs) = (lines(FINE_LOW_M.x, FINE_HIGH_M.x), lines(FINE_LOW_M.y, FINE_HIGH_M.y));
    let columns = xs.len();
    let positions: Vec<[f32; 3]> =
        zs.iter().flat_map(|z| xs.iter().map(|x| [*x, ground.snow(Vec2::new(*x, *z)), *z])).collect();
    let point = |row: usize, column: usize| Vec3::from(positions[row * columns + column]);
    let mut normals = Vec::with_capacity(positions.len());
    let mut colours = Vec::with_capacity(positions.len());
    for (row, z) in zs.iter().enumerate() {
        for (column, x) in xs.iter().enumerate() {
            let east = point(row, (column + 1).min(columns - 1)) - point(row, column.saturating_sub(1));
            let south = point((row + 1).min(zs.len() - 1), column) - point(row.saturating_sub(1), column);
            let normal = south.cross(east).normalize_or(Vec3::Y);
            normals.push(normal.to_array());
            colours.push(colour(plan, ground, Vec2::new(*x, *z), normal).to_f32_array());
        }
    }
    let rows = zs.len();
    mesh(positions, normals, colours, cells(columns, rows))
}

/// The snow's colour at a point: whiter where flat and high, blue in hollows, brown where trodden.
fn colour(plan: &Plan, ground: &Ground, at: Vec2, normal: Vec3) -> LinearRgba {
    let patch = noise(at / 9.0) * 0.5 + noise(at / 3.1 + 5.0) * 0.3 + noise(at / 1.3 + 11.0) * 0.2;
    let brim = 1.0 - smoothstep(BRIM_HALF_M * 0.6, BRIM_HALF_M * 1.3, ground.stream_gap(at));
    let shade = 0.16 + 0.16 * patch + (1.0 - normal.y) * 1.1 + 0.3 * brim;
    let snow = blend(SNOW_LIGHT, SNOW_SHADE, shade.clamp(0.0, 0.9));
    let lane = 1.0 - smoothstep(LANE_HALF_M * 0.45, LANE_HALF_M * 1.75, ground.lane_gap(at) + patch * 0.5);
    let yards = plan.sites.iter().filter(|s| s.key != "bridge").map(|site| {
        let (middle, reach) = if site.key == "market" {
            (site.at + site.door, MARKET_TRODDEN_M)
        } else {
            (yard(site), YARD_TRODDEN_M)
        };
        0.75 * (1.0 - smoothstep(reach * 0.35, reach, middle.distance(at) + patch * 1.4))
    });
    let trodden = yards.fold(lane, f32::max) * (0.74 + 0.2 * patch);
    let earth = blend(TIMBER, THATCH, 0.55 + 0.3 * patch).mix(&LinearRgba::from(SNOW_SHADE), 0.18);
    let shelter = 1.0 - 0.35 * (1.0 - smoothstep(-0.3, 1.7, ground.lot_gap(at)));
    let mixed = snow.mix(&earth, trodden.clamp(0.0, 0.8)) * shelter;
    LinearRgba { alpha: 1.0, ..mixed }
}

/// The ice of the stream: a ribbon of five lines, paler at the banks.
pub fn ice(ground: &Ground) -> Mesh {
    const ASIDE: [f32; 5] = [-1.0, -0.5, 0.0, 0.5, 1.0];
    let stream = ground.stream();
    let (mut positions, mut normals, mut colours) = (Vec::new(), Vec::new(), Vec::new());
    let mut rows = 0;
    for (i, at) in stream.iter().enumerate() {
        if (*at / RIM_M).length() > STREAM_END + 0.08 {
            continue;
        }
        rows += 1;
        let along = stream[(i + 1).min(stream.len() - 1)] - stream[i.saturating_sub(1)];
        let aside = -along.normalize_or_zero().perp();
        let level = ground.plain(*at) - ICE_DOWN_M;
        for part in ASIDE {
            let point = *at + aside * part * (BRIM_HALF_M - 0.4);
            let crack = noise(point / 2.3) * 0.5 + noise(point / 0.9) * 0.3;
            positions.push([point.x, level, point.y]);
            normals.push([0.0, 1.0, 0.0]);
            let pale = 0.25 + 0.5 * part.abs() + 0.3 * crack;
            colours.push(blend(DUSK, SNOW_SHADE, pale.clamp(0.0, 0.95)).to_f32_array());
        }
    }
    mesh(positions, normals, colours, cells(ASIDE.len(), rows))
}
