//! Preflight: whether this machine can show the window at all, asked before anything of it starts.
//!
//! Owns: looking for a display and a graphics driver, and what is said and done where one is missing. Refuses to know: how the window
//! and the text game are opened. The engine would panic without a driver; a player gets a sentence and the text game instead.
//! Sources: `bevy_render::renderer::initialize_renderer`, whose questions these are; the display names of X(7) and Wayland's
//! `wl_display_connect`. The one file that touches `wgpu`.

use crate::settings::Quality;
use bevy::render::settings::WgpuSettings;
use std::path::{Path, PathBuf};

/// What draws the window.
#[derive(bevy::prelude::Resource, Debug, Clone, PartialEq, Eq)]
pub struct Adapter {
    /// Its name, as the driver gives it.
    pub name: String,
    /// Whether the processor itself draws, slowly.
    pub is_software: bool,
}

impl Adapter {
    /// How much is drawn before the player has chosen anything.
    pub fn first_quality(&self) -> Quality {
        if self.is_software { Quality::Low } else { Quality::default() }
    }
}

/// Why there can be no window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoWindow {
    /// Nowhere to open one.
    #[error("No display was found")]
    NoDisplay,
    /// Nothing to draw it with.
    #[error("No graphics driver was found")]
    NoDriver,
}

/// What happens instead of the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Instead {
    /// The text game opens; the sentence stands before it and on its title.
    Text(String),
    /// Nothing can be played here: the sentence is the error.
    Nothing(String),
}

impl NoWindow {
    /// What would help.
    fn advice(self) -> &'static str {
        match self {
            NoWindow::NoDisplay => {
                "Start it from a desktop, or set DISPLAY or WAYLAND_DISPLAY, to play in the window."
            }
            NoWindow::NoDriver => {
                "Install a Vulkan driver for your graphics card, or Mesa's for none (mesa-vulkan-drivers), to play in the window."
            }
        }
    }

    /// What happens instead, with or without a terminal to play in.
    pub fn instead(self, has_terminal: bool) -> Instead {
        if has_terminal {
            Instead::Text(format!("{self}; the text game opens instead. {}", self.advice()))
        } else {
            Instead::Nothing(format!("{self}, and the text game needs a terminal. {}", self.advice()))
        }
    }
}

/// Looks for a display and then for a driver; nothing is opened or kept.
///
/// # Errors
/// The first of them that is missing.
pub fn look() -> Result<Adapter, NoWindow> {
    let has_display = if cfg!(all(unix, not(target_os = "macos"))) {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        displays(variable).iter().any(Display::answers)
    } else {
        true
    };
    if !has_display {
        return Err(NoWindow::NoDisplay);
    }
    adapter().ok_or(NoWindow::NoDriver)
}

/// A place where a window might open.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Display {
    /// A socket of Wayland.
    Wayland(PathBuf),
    /// A screen of X on this machine, by number.
    Local(u16),
    /// Handed over open, or on another machine: taken at its word.
    Given,
}

/// The displays that the environment names.
fn displays(variable: impl Fn(&str) -> Option<String>) -> Vec<Display> {
    let mut found = Vec::new();
    if variable("WAYLAND_SOCKET").is_some() {
        found.push(Display::Given);
    }
    if let Some(name) = variable("WAYLAND_DISPLAY") {
        // `join` keeps an absolute name as it is.
        found.extend(variable("XDG_RUNTIME_DIR").map(|dir| Display::Wayland(Path::new(&dir).join(&name))));
    }
    found.extend(variable("DISPLAY").and_then(|name| x_display(&name)));
    found
}

/// "host:number.screen"; no host is this machine.
fn x_display(name: &str) -> Option<Display> {
    let (host, rest) = name.rsplit_once(':')?;
    let number = rest.split('.').next()?.parse().ok()?;
    Some(if matches!(host, "" | "unix") { Display::Local(number) } else { Display::Given })
}

impl Display {
    /// Whether somebody listens there.
    fn answers(&self) -> bool {
        match self {
            Display::Wayland(path) => socket_answers(path),
            Display::Local(number) => {
                let path = format!("/tmp/.X11-unix/X{number}");
                socket_answers(Path::new(&path)) || abstract_answers(&path)
            }
            Display::Given => true,
        }
    }
}

#[cfg(unix)]
fn socket_answers(path: &Path) -> bool {
    std::os::unix::net::UnixStream::connect(path).is_ok()
}
#[cfg(not(unix))]
fn socket_answers(_path: &Path) -> bool {
    false
}

/// As [`socket_answers`], for a name that lies in no folder: Linux alone has them.
#[cfg(target_os = "linux")]
fn abstract_answers(name: &str) -> bool {
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::net::{SocketAddr, UnixStream};
    SocketAddr::from_abstract_name(name).and_then(|address| UnixStream::connect_addr(&address)).is_ok()
}
#[cfg(not(target_os = "linux"))]
fn abstract_answers(_name: &str) -> bool {
    false
}

/// The adapter that the renderer will choose, as far as that can be told before there is a window.
fn adapter() -> Option<Adapter> {
    let settings = WgpuSettings::default();
    let backends = settings.backends?;
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends,
        flags: settings.instance_flags,
        ..wgpu::InstanceDescriptor::new_without_display_handle()
    });
    // The renderer listens to the same variables.
    let wanted = std::env::var("WGPU_ADAPTER_NAME").ok().map(|name| name.to_lowercase());
    let force_fallback_adapter =
        std::env::var("WGPU_FORCE_FALLBACK_ADAPTER").is_ok_and(|value| is_yes(&value));
    let options = wgpu::RequestAdapterOptions {
        power_preference: settings.power_preference,
        force_fallback_adapter,
        compatible_surface: None,
    };
    let info = bevy::tasks::block_on(async {
        if let Some(wanted) = wanted {
            let all = instance.enumerate_adapters(backends).await;
            let mut infos = all.iter().map(wgpu::Adapter::get_info);
            if let Some(info) = infos.find(|info| info.name.to_lowercase().contains(&wanted)) {
                return Some(info);
            }
        }
        instance.request_adapter(&options).await.ok().map(|adapter| adapter.get_info())
    })?;
    let is_software = info.device_type == wgpu::DeviceType::Cpu;
    Some(Adapter { name: crate::plain::plain(&info.name), is_software })
}

/// A variable that is set to say yes.
fn is_yes(value: &str) -> bool {
    !matches!(value, "" | "0" | "false")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(pairs: &[(&str, &str)]) -> Vec<Display> {
        displays(|name| pairs.iter().find(|(n, _)| *n == name).map(|(_, value)| value.to_string()))
    }

    #[test]
    fn displays_are_found_by_their_variables() {
        let check =
            |pairs: &[(&str, &str)], expected: &[Display]| assert_eq!(named(pairs), expected, "{pairs:?}");
        check(&[], &[]);
        check(&[("DISPLAY", ":0")], &[Display::Local(0)]);
        check(&[("DISPLAY", "unix:12.1")], &[Display::Local(12)]);
        check(&[("DISPLAY", "localhost:10.0")], &[Display::Given]);
        check(&[("DISPLAY", "nonsense")], &[]);
        check(&[("DISPLAY", ":")], &[]);
        check(&[("WAYLAND_DISPLAY", "wayland-0")], &[]);
        let runtime = ("XDG_RUNTIME_DIR", "/run/user/1");
        let wayland = |path: &str| Display::Wayland(PathBuf::from(path));
        check(&[("WAYLAND_DISPLAY", "wayland-0"), runtime], &[wayland("/run/user/1/wayland-0")]);
        check(
            &[("WAYLAND_DISPLAY", "/else/w"), runtime, ("DISPLAY", ":1")],
            &[wayland("/else/w"), Display::Local(1)],
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_display_counts_only_when_somebody_listens() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("wayland-0");
        let display = Display::Wayland(path.clone());
        assert!(!display.answers(), "nothing is there");
        let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
        assert!(display.answers());
        drop(listener);
        assert!(path.exists() && !display.answers(), "a socket that was left behind");
    }

    #[test]
    fn the_text_game_opens_where_there_is_a_terminal_and_else_the_sentence_is_the_error() {
        let Instead::Text(words) = NoWindow::NoDriver.instead(true) else { panic!("no text game") };
        assert!(words.starts_with("No graphics driver was found; the text game opens instead. "), "{words}");
        let Instead::Nothing(words) = NoWindow::NoDisplay.instead(false) else { panic!("a text game") };
        assert!(words.starts_with("No display was found, and the text game needs a terminal. "), "{words}");
    }

    #[test]
    fn the_processor_draws_little() {
        let quality = |is_software| Adapter { name: String::new(), is_software }.first_quality();
        assert_eq!(quality(true), Quality::Low);
        assert_eq!(quality(false), Quality::default());
    }

    #[test]
    fn variables_say_yes_as_the_renderer_reads_them() {
        assert!(["1", "true", "yes"].into_iter().all(is_yes));
        assert!(!["", "0", "false"].into_iter().any(is_yes));
    }
}
