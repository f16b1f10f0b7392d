//! Tests of the rules of sound, without a sound device.

use super::*;
use bevy::time::TimeUpdateStrategy;
use engine_sim::ids::{PersonId, PlaceId};

/// An app with the rules and a village of two places, half a second to a frame.
fn village(set: settings::Sound) -> App {
    let mut app = App::new();
    app.add_plugins((MinimalPlugins, AssetPlugin::default()));
    app.init_asset::<Clip>();
    app.insert_resource(TimeUpdateStrategy::ManualDuration(Duration::from_millis(500)));
    app.insert_resource(Volumes::of(&set));
    app.insert_resource(Scene::default());
    let site = |key: &str, inside| super::super::plan::Site {
        key: key.into(),
        at: Vec2::ZERO,
        door: Vec2::Y,
        inside,
    };
    app.insert_resource(Plan { sites: vec![site("smithy", true), site("well", false)], ways: vec![] });
    rules(&mut app);
    app.update();
    app
}

fn set(app: &mut App, change: impl FnOnce(&mut Scene)) {
    change(&mut app.world_mut().resource_mut::<Scene>());
    app.update();
}

fn once(app: &mut App) -> usize {
    app.world_mut().query::<&Once>().iter(app.world()).count()
}

fn gain(app: &mut App, kind: Lasting) -> f32 {
    let world = app.world_mut();
    world.query::<(&Lasting, &Gain)>().iter(world).find(|(k, _)| **k == kind).unwrap().1.0
}

fn loud() -> settings::Sound {
    settings::Sound { master: 100, wind: 100, steps: 100, voices: 100, bell: 100 }
}

#[test]
fn lasting_sounds_follow_the_place() {
    let mut app = village(loud());
    for _ in 0..40 {
        set(&mut app, |s| s.player = Some(PlaceId(0)));
    }
    assert!((gain(&mut app, Lasting::Wind) - WIND_INSIDE).abs() < 0.01);
    assert!(gain(&mut app, Lasting::Bellows) > 0.99 && gain(&mut app, Lasting::Pot) == 0.0);
    for _ in 0..40 {
        set(&mut app, |s| s.player = Some(PlaceId(1)));
    }
    assert!(gain(&mut app, Lasting::Wind) > 0.99 && gain(&mut app, Lasting::Bellows) == 0.0);
    app.world_mut().resource_mut::<Volumes>().hushed = true;
    for _ in 0..40 {
        app.update();
    }
    assert_eq!(gain(&mut app, Lasting::Wind), 0.0);
}

#[test]
fn walking_hours_and_voices_are_heard_once_and_end() {
    let mut app = village(loud());
    set(&mut app, |s| s.player = Some(PlaceId(0)));
    assert_eq!(once(&mut app), 0, "to begin is not to walk");
    set(&mut app, |s| s.player = Some(PlaceId(1)));
    assert_eq!(once(&mut app), 1);
    set(&mut app, |s| (s.playing, s.minute) = (true, 538.0));
    set(&mut app, |s| s.minute = 541.0);
    assert_eq!(once(&mut app), 2);
    assert_eq!(app.world().resource::<Shelf>().hours.keys().collect::<Vec<_>>(), [&9]);
    set(&mut app, |s| s.speaking = Some(PersonId(3)));
    assert_eq!(once(&mut app), 3);
    set(&mut app, |s| s.speaking = None);
    for _ in 0..100 {
        app.update();
    }
    assert_eq!(once(&mut app), 0);
}

#[test]
fn at_volume_nought_nothing_is_played_and_never_too_much_at_once() {
    let mut app = village(settings::Sound { master: 0, ..loud() });
    set(&mut app, |s| (s.player, s.speaking) = (Some(PlaceId(0)), Some(PersonId(0))));
    set(&mut app, |s| s.player = Some(PlaceId(1)));
    assert_eq!(once(&mut app), 0);
    app.insert_resource(Volumes::of(&loud()));
    app.insert_resource(TimeUpdateStrategy::ManualDuration(Duration::from_millis(1)));
    for n in 0..60 {
        set(&mut app, |s| (s.player, s.speaking) = (Some(PlaceId(n % 2)), Some(PersonId(n))));
    }
    assert_eq!(once(&mut app), ONCE_MAX);
}

#[test]
fn the_bell_strikes_the_hour_and_only_then() {
    let check = |before, after, expected| assert_eq!(struck(before, after), expected, "{before} {after}");
    check(538.0, 541.0, Some(9));
    check(539.9, 540.0, Some(9));
    check(540.0, 540.5, None);
    check(719.0, 720.0, Some(12));
    check(779.0, 781.0, Some(1));
    check(1439.0, 1440.0, Some(12));
    check(541.0, 538.0, None);
    check(1035.0, 480.0, None);
    check(480.0, 1035.0, None);
}

#[test]
fn clips_play_to_their_end_or_for_ever() {
    let played: Vec<f32> = Clip::once(vec![0.1, 0.2]).decoder().collect();
    assert_eq!(played, [0.1, 0.2]);
    let played: Vec<f32> = Clip::looped(vec![0.1, 0.2]).decoder().take(5).collect();
    assert_eq!(played, [0.1, 0.2, 0.1, 0.2, 0.1]);
    assert_eq!(Clip::looped(vec![]).decoder().next(), None);
    assert_eq!(
        Clip::once(vec![0.0; synth::RATE_HZ as usize]).decoder().total_duration(),
        Some(Duration::from_secs(1))
    );
}
