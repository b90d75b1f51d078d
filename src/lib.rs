//! Tea Road: a GraphQL data API over trade and participation data.
//!
//! Floors, each of which uses only those before it: [`domain`], [`catalog`], [`storage`], [`graphql`], [`server`],
//! [`cli`]; [`transfer`] brings data in and stands on storage.

pub mod catalog;
pub mod domain;
pub mod storage;
