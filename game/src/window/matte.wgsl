// Matte: the light on everything in the village. Colours come from the vertices; light from the sky, from sun or moon (with its
// shadows, where they are drawn) and from a bounded list of warm lamps; then the fog. No textures, no mirrors but the ice.
// A software renderer runs every branch for every pixel: what a look does without is left out when the shader is made.

#import bevy_pbr::forward_io::{VertexOutput, FragmentOutput}
#import bevy_pbr::mesh_view_bindings::{view, lights}
#ifdef DISTANCE_FOG
#import bevy_pbr::mesh_view_bindings::fog
#endif
#ifdef MATTE_SHADOWS
#import bevy_pbr::shadows::fetch_directional_shadow
#endif

const PI: f32 = 3.14159265;
const LAMPS_MAX: u32 = 16u;
// The sky's light on what faces down, as a part of that on what faces up.
const FROM_BELOW: f32 = 0.45;
// A lamp's light bends a little around what it falls on.
const WRAP: f32 = 0.25;
// Light no nearer than this is no stronger, metres squared.
const NEAREST: f32 = 0.04;

struct Coat {
    tint: vec4<f32>,
    // Glow of its own; w: how much it mirrors.
    shine: vec4<f32>,
    // x, y, z metres; w: reach, metres.
    lamps: array<vec4<f32>, LAMPS_MAX>,
    // Light, nits at a metre.
    glows: array<vec4<f32>, LAMPS_MAX>,
}

@group(#{MATERIAL_BIND_GROUP}) @binding(0) var<uniform> coat: Coat;

@fragment
fn fragment(in: VertexOutput, @builtin(front_facing) is_front: bool) -> FragmentOutput {
    var base = coat.tint;
#ifdef VERTEX_COLORS
    base = base * in.color;
#endif
    let here = in.world_position.xyz;
    var normal = normalize(in.world_normal);
    if !is_front {
        normal = -normal;
    }
    let up = normal.y * 0.5 + 0.5;
    var light = lights.ambient_color.rgb * mix(FROM_BELOW, 1.0, up);

    let to_sun = lights.directional_lights[0].direction_to_light;
    let sun_colour = lights.directional_lights[0].color.rgb;
    var sun = max(dot(normal, to_sun), 0.0) / PI;
#ifdef MATTE_SHADOWS
    let view_z = (view.view_from_world * in.world_position).z;
    sun *= fetch_directional_shadow(0u, in.world_position, normal, view_z, in.position.xy);
#endif
    light += sun_colour * sun;

    // A fixed number of rounds, dark lamps among them: some drivers make a new shader whenever a bound is told anew.
    for (var i = 0u; i < #{MATTE_LAMPS}u; i++) {
        let way = coat.lamps[i].xyz - here;
        let square = dot(way, way);
        let reach = coat.lamps[i].w;
        let part = square / (reach * reach);
        let fade = clamp(1.0 - part * part, 0.0, 1.0);
        let facing = max((dot(normal, way) * inverseSqrt(max(square, NEAREST)) + WRAP) / (1.0 + WRAP), 0.0);
        light += coat.glows[i].rgb * (fade * fade * facing / max(square, NEAREST) / PI);
    }

    var colour = base.rgb * light * view.exposure + coat.shine.rgb;
#ifdef MATTE_GLOSS
    let to_eye = normalize(view.world_position.xyz - here);
    let half_way = normalize(to_eye + to_sun);
    let spark = pow(max(dot(normal, half_way), 0.0), 90.0) * sun;
    let rim = pow(1.0 - max(dot(normal, to_eye), 0.0), 3.0);
    let mirrored = lights.ambient_color.rgb * rim + sun_colour * spark * 4.0;
    colour += mirrored * (coat.shine.w * view.exposure);
#endif
#ifdef DISTANCE_FOG
    let far = distance(view.world_position.xyz, here);
    let hidden = clamp((far - fog.be.x) / max(fog.be.y - fog.be.x, 0.001), 0.0, 1.0);
    colour = mix(colour, fog.base_color.rgb, hidden * fog.base_color.a);
#endif
    var out: FragmentOutput;
    out.color = vec4<f32>(colour, base.a);
    return out;
}
