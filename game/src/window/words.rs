//! Words: what the interface says, in the player's language.
//!
//! Owns: the bundles of `assets/words` and looking a message up, in English where the language lacks it. Refuses to know: where a
//! message is shown, and what villagers say (that is the village's own language). Source: Project Fluent; the one file that touches it.

use crate::settings::Language;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

pub use fluent_bundle::FluentValue;

const ENGLISH: &str = include_str!("../../../assets/words/en.ftl");
const GERMAN: &str = include_str!("../../../assets/words/de.ftl");

type Bundle = FluentBundle<FluentResource>;

/// The interface's words.
#[derive(bevy::prelude::Resource)]
pub struct Words {
    language: Language,
    /// The player's language, then English.
    bundles: Vec<Bundle>,
}

impl Default for Words {
    fn default() -> Words {
        Words::new(Language::default())
    }
}

impl Words {
    /// The words of a language.
    pub fn new(language: Language) -> Words {
        let bundles = match language {
            Language::English => vec![bundle("en", ENGLISH)],
            Language::German => vec![bundle("de", GERMAN), bundle("en", ENGLISH)],
        };
        Words { language, bundles }
    }

    /// Whose words these are.
    pub fn language(&self) -> Language {
        self.language
    }

    /// A language's own name, as a list of languages shows it.
    pub fn own_name(language: Language) -> &'static str {
        match language {
            Language::English => "English",
            Language::German => "Deutsch",
        }
    }

    /// Whether there is such a message.
    pub fn knows(&self, key: &str) -> bool {
        self.bundles.iter().any(|bundle| bundle.has_message(key))
    }

    /// A message with its arguments. A key that no language has is said as it is: a slip of ours that a test finds in the source.
    pub fn say(&self, key: &str, args: &[(&str, FluentValue<'_>)]) -> String {
        let args: FluentArgs<'_> = args.iter().map(|(name, value)| (*name, value.clone())).collect();
        for bundle in &self.bundles {
            if let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) {
                // What goes wrong in a message is said in its place: "{$name}".
                return bundle.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned();
            }
        }
        key.to_string()
    }

    /// A message without arguments.
    pub fn plain(&self, key: &str) -> String {
        self.say(key, &[])
    }

    /// What was wrong with the settings file.
    pub fn trouble(&self, trouble: &crate::settings::Trouble) -> String {
        let (key, args) = trouble.message();
        let args: Vec<(&str, FluentValue<'_>)> = args.into_iter().map(|(n, v)| (n, v.into())).collect();
        self.say(key, &args)
    }
}

/// The bundle of a language. A file with a slip in it loses that message only; a test holds the files to having none.
fn bundle(language: &str, text: &str) -> Bundle {
    let language: LanguageIdentifier = language.parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![language]);
    // Panels draw marks of direction as boxes, and both languages run left to right.
    bundle.set_use_isolating(false);
    let resource = FluentResource::try_new(text.to_string()).unwrap_or_else(|(resource, _)| resource);
    let _twice = bundle.add_resource(resource);
    bundle
}

#[cfg(test)]
mod tests;
