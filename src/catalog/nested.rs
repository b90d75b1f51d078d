//! Questions with arguments that can be asked of objects: the same as at the root, about what belongs to the object.

use super::Entity;

/// A question that objects of a type answer.
#[derive(Debug)]
pub struct Nested {
    /// The type.
    pub of: &'static Entity,
    /// The field, which is that of the root too; its arguments are those there.
    pub name: &'static str,
    /// GraphQL type.
    pub ty: &'static str,
    /// What belongs to an object.
    pub owner: Owner,
    /// Description.
    pub doc: &'static str,
}

/// What belongs to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// Whatever is in the region or in one below it; for a bloc, in one of its present members.
    Region,
    /// Whatever is in the sector or in one below it.
    Sector,
    /// Whatever is of the event.
    Event,
    /// Whatever is of the company or organisation.
    Party,
}

/// Every such question.
pub static ALL: &[&[Nested]] = &[super::participation_stats::NESTED, super::stats::NESTED];

impl Entity {
    /// The questions that its objects answer.
    pub fn nested(&self) -> impl Iterator<Item = &'static Nested> {
        ALL.iter().copied().flatten().filter(|nested| nested.of.name == self.name)
    }
}
