//! Columns of a file that the reading depends on, and names that stand over two of them.

use super::Reader;
use crate::transfer::TransferError;
use crate::transfer::rows::Rows;

impl Reader<'_> {
    /// All columns that the layout binds, in order.
    pub(super) fn bound(&self) -> Vec<usize> {
        let areas = self.reporter.iter().chain(&self.partner).map(|(_, columns, _)| columns);
        let words = [&self.edition, &self.flow, &self.status].into_iter().flatten().map(|(columns, _)| columns);
        let values = self.values.iter().flat_map(|v| [&v.columns, &v.powers].into_iter().chain(&v.plus));
        let columns = areas
            .chain([&self.product, &self.length, &self.name])
            .chain(words)
            .chain(&self.period)
            .chain(&self.month)
            .chain(values)
            .chain(self.weight.iter().map(|(columns, _)| columns))
            .chain(self.quantity.iter().flat_map(|(columns, units, _)| [columns, units]))
            .chain(self.measure.iter().map(|(columns, _)| columns))
            .chain(self.keep.iter().map(|(columns, _)| columns));
        let mut out: Vec<usize> = columns.flatten().copied().collect();
        out.sort_unstable();
        out.dedup();
        out
    }

    /// Refuses a file in which two columns have a name that the layout binds: which of them counts nobody knows.
    pub(super) fn check_names(&self, rows: &Rows) -> Result<(), TransferError> {
        // Where names have labels, a column of labels may stand behind its column of codes: `Flow` behind `FLOW`.
        let plain = |name: &str| match (self.layout.plain(name), &self.layout.labels) {
            (name, Some(_)) => name.to_owned(),
            (name, None) => name.to_ascii_lowercase(),
        };
        for at in &self.bound {
            let Some(name) = rows.header.get(*at).map(|name| plain(name)) else { continue };
            let other = rows.header.iter().enumerate().find(|(other, h)| other != at && plain(h) == name);
            if let Some((other, _)) = other {
                let (first, second) = ((*at).min(other) + 1, (*at).max(other) + 1);
                return Err(TransferError::Usage(format!(
                    "{}: columns {first} and {second} are both named `{}`, and one may count; rename or delete the other",
                    rows.input.shown(),
                    rows.header.get(*at).map(String::as_str).unwrap_or_default()
                )));
            }
        }
        Ok(())
    }
}
