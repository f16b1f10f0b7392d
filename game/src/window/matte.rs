//! Matte: the one material of the village, and the warm lamps that fall on it.
//!
//! Owns: the small shader (`matte.wgsl`), what it is told, and when. Refuses to know: where lamps hang and how brightly they burn
//! (`light` fills [`Lamps`]). The engine's own material answers for metal, glass and mirrors that this village does not have; on a
//! machine without a graphics card it takes ten times as long for a picture.

use bevy::asset::embedded_asset;
use bevy::mesh::MeshVertexBufferLayoutRef;
use bevy::pbr::{Material, MaterialPipeline, MaterialPipelineKey, MaterialPlugin};
use bevy::prelude::*;
use bevy::render::render_resource::{
    AsBindGroup, RenderPipelineDescriptor, ShaderType, SpecializedMeshPipelineError,
};
use bevy::shader::{ShaderDefVal, ShaderRef};
use std::f32::consts::PI;

/// Lamps that the shader knows; as in `matte.wgsl`.
pub const LAMPS_MAX: usize = 16;
const SHADER: &str = "embedded://game/window/matte.wgsl";
/// Lamps that a variant of the shader goes over; a picture takes the smallest that is enough.
const ROUNDS: [u8; 4] = [0, 4, 8, LAMPS_MAX as u8];
/// Materials are told of flickering lamps so often, seconds.
const TOLD_S: f32 = 0.08;

/// A lamp that is none: it reaches a metre and shines on nothing.
const DARK: Vec4 = Vec4::W;

/// A warm light.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lamp {
    /// Where it hangs, metres.
    pub at: Vec3,
    /// How far it reaches, metres.
    pub reach_m: f32,
    /// Its colour.
    pub colour: LinearRgba,
    /// Its strength, lumens.
    pub lumens: f32,
}

/// The lamps that burn, at most [`LAMPS_MAX`].
#[derive(Resource, Debug, Clone, Default)]
pub struct Lamps(pub Vec<Lamp>);

/// What the shader is told; its layout is `Coat` in `matte.wgsl`.
#[derive(ShaderType, Debug, Clone, Default)]
pub struct Coat {
    tint: Vec4,
    shine: Vec4,
    lamps: [Vec4; LAMPS_MAX],
    glows: [Vec4; LAMPS_MAX],
}

/// Which of the shader's variants.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Look {
    shadows: bool,
    glossy: bool,
    thin: bool,
    /// Rounds over the lamps: one of [`ROUNDS`].
    rounds: u8,
}

/// The material.
#[derive(Asset, TypePath, AsBindGroup, Debug, Clone)]
#[bind_group_data(Look)]
pub struct Matte {
    #[uniform(0)]
    coat: Coat,
    rounds: u8,
    shadows: bool,
    thin: bool,
    alpha: AlphaMode,
}

impl Default for Matte {
    /// White times the vertices' colours.
    fn default() -> Matte {
        let coat = Coat { tint: Vec4::ONE, lamps: [DARK; LAMPS_MAX], ..Coat::default() };
        Matte { coat, rounds: ROUNDS[0], shadows: true, thin: false, alpha: AlphaMode::Opaque }
    }
}

impl From<&Matte> for Look {
    fn from(matte: &Matte) -> Look {
        Look {
            shadows: matte.shadows,
            glossy: matte.coat.shine.w > 0.0,
            thin: matte.thin,
            rounds: matte.rounds,
        }
    }
}

impl Matte {
    /// In a colour, which the vertices' colours are multiplied by.
    pub fn tinted(colour: impl Into<LinearRgba>) -> Matte {
        let mut matte = Matte::default();
        matte.coat.tint = colour.into().to_vec4();
        matte
    }

    /// Glowing by itself; more than one is what the bloom takes.
    pub fn shining(mut self, colour: LinearRgba) -> Matte {
        self.set_shine(colour);
        self
    }

    /// Mirroring the sky: 0 not at all.
    pub fn glossy(mut self, gloss: f32) -> Matte {
        self.coat.shine.w = gloss;
        self
    }

    /// Seen from both sides.
    pub fn thin(mut self) -> Matte {
        self.thin = true;
        self
    }

    /// Letting through what lies behind, by the alpha of its colours.
    pub fn sheer(mut self) -> Matte {
        self.alpha = AlphaMode::Blend;
        self
    }

    /// Glows so from now on.
    pub fn set_shine(&mut self, colour: LinearRgba) {
        self.coat.shine = colour.to_vec3().extend(self.coat.shine.w);
    }
}

impl Material for Matte {
    fn fragment_shader() -> ShaderRef {
        SHADER.into()
    }

    fn alpha_mode(&self) -> AlphaMode {
        self.alpha
    }

    fn specialize(
        _pipeline: &MaterialPipeline,
        descriptor: &mut RenderPipelineDescriptor,
        _layout: &MeshVertexBufferLayoutRef,
        key: MaterialPipelineKey<Matte>,
    ) -> Result<(), SpecializedMeshPipelineError> {
        let look = key.bind_group_data;
        if let Some(fragment) = &mut descriptor.fragment {
            fragment.shader_defs.push(ShaderDefVal::UInt("MATTE_LAMPS".into(), u32::from(look.rounds)));
            if look.shadows {
                fragment.shader_defs.push("MATTE_SHADOWS".into());
            }
            if look.glossy {
                fragment.shader_defs.push("MATTE_GLOSS".into());
            }
        }
        if look.thin {
            descriptor.primitive.cull_mode = None;
        }
        Ok(())
    }
}

/// Adds the material.
pub fn plugin(app: &mut App) {
    embedded_asset!(app, "matte.wgsl");
    app.add_plugins(MaterialPlugin::<Matte>::default());
    app.init_resource::<Lamps>();
    app.add_systems(PostUpdate, tell);
}

/// Tells every material which lamps burn and whether shadows are drawn.
fn tell(
    (lamps, time): (Res<Lamps>, Res<Time<Real>>),
    suns: Query<&DirectionalLight>,
    mut mattes: ResMut<Assets<Matte>>,
    (mut told_s, mut told): (Local<f32>, Local<(usize, bool)>),
) {
    let shadows = suns.iter().any(|sun| sun.shadow_maps_enabled);
    let all = (mattes.len(), shadows);
    let due = lamps.is_changed() && time.elapsed_secs() - *told_s >= TOLD_S;
    if !due && *told == all {
        return;
    }
    (*told, *told_s) = (all, time.elapsed_secs());
    for (_, matte) in mattes.iter_mut() {
        matte.shadows = shadows;
        matte.rounds = light(&mut matte.coat, &lamps.0);
    }
}

/// Writes the lamps down, the brightest of too many; gives the rounds that they need.
fn light(coat: &mut Coat, lamps: &[Lamp]) -> u8 {
    let mut burning: Vec<&Lamp> = lamps.iter().filter(|lamp| lamp.lumens > 0.0).collect();
    burning.sort_by(|a, b| b.lumens.total_cmp(&a.lumens));
    burning.truncate(LAMPS_MAX);
    let rounds = ROUNDS.into_iter().find(|rounds| usize::from(*rounds) >= burning.len());
    (coat.lamps, coat.glows) = ([DARK; LAMPS_MAX], [Vec4::ZERO; LAMPS_MAX]);
    for (i, lamp) in burning.into_iter().enumerate() {
        coat.lamps[i] = lamp.at.extend(lamp.reach_m);
        coat.glows[i] = (lamp.colour.to_vec3() * (lamp.lumens / (4.0 * PI))).extend(0.0);
    }
    rounds.unwrap_or(LAMPS_MAX as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_brightest_lamps_are_kept_and_dark_ones_left_out() {
        let lamp = |n: usize, lumens: f32| Lamp {
            at: Vec3::X * n as f32,
            reach_m: 5.0,
            colour: LinearRgba::WHITE,
            lumens,
        };
        let mut coat = Coat::default();
        assert_eq!(light(&mut coat, &[lamp(1, 0.0), lamp(2, 10.0)]), 4);
        assert_eq!((coat.lamps[0].x, coat.glows[1]), (2.0, Vec4::ZERO));
        let many: Vec<Lamp> = (0..LAMPS_MAX + 4).map(|i| lamp(i, i as f32)).collect();
        assert_eq!(usize::from(light(&mut coat, &many)), LAMPS_MAX);
        assert_eq!(coat.lamps[0].x, (LAMPS_MAX + 3) as f32);
        assert!(coat.lamps.iter().all(|lamp| lamp.x >= 4.0));
        assert_eq!(light(&mut coat, &[]), 0);
        assert!(coat.glows.iter().all(|glow| *glow == Vec4::ZERO));
    }

    #[test]
    fn the_shader_knows_as_many_lamps() {
        let shader = include_str!("matte.wgsl");
        assert!(shader.contains(&format!("const LAMPS_MAX: u32 = {LAMPS_MAX}u;")));
    }
}
