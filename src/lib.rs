//! Tea Road: a GraphQL data API over trade and participation data.
//!
//! Floors, each of which uses only those before it: [`domain`], [`catalog`], [`storage`], [`graphql`], [`server`],
//! [`cli`]; [`telemetry`] stands beside them.

pub mod catalog;
pub mod cli;
pub mod domain;
pub mod graphql;
pub mod server;
pub mod storage;
pub mod telemetry;
pub mod transfer;
