//! What a file tells of all its rows: by its name, by the columns it has, or not at all, so that the command line must.

use super::cells::flow_code;
use super::{Meaning, Reader};
use crate::domain::flow::FLOWS;
use crate::domain::fold::fold;
use crate::transfer::TransferError;
use crate::transfer::layout::EditionOf;
use crate::transfer::rows::Rows;

/// The edition that a file's name tells: `BACI_HS17_Y2020_V202501.csv`.
pub fn edition_in_name(name: &str) -> Option<String> {
    let name = name.to_ascii_uppercase();
    ["1992", "1996", "2002", "2007", "2012", "2017", "2022"].iter().find_map(|year| {
        let short = year.get(2..).unwrap_or_default();
        let is_named = name.contains(&format!("HS{short}_")) || name.contains(&format!("HS{year}"));
        is_named.then(|| format!("HS{year}"))
    })
}

/// The last years of the editions said on the command line: `HS17`, `hs2017` and `2017` are `HS2017`.
pub fn edition_of_option(text: &str) -> String {
    let upper = text.to_ascii_uppercase();
    let digits = upper.trim_start_matches(|c: char| !c.is_ascii_digit());
    let is_hs = upper.trim_end_matches(|c: char| c.is_ascii_digit());
    match (is_hs, digits.len()) {
        ("HS" | "", 2 | 4) => edition_in_name(&format!("HS{digits}_")).unwrap_or(upper),
        _ => upper,
    }
}

impl Reader<'_> {
    /// The direction of all rows of a file whose rows do not tell it: by a column that only one direction has, by a word
    /// of its name, or as it was said.
    pub(super) fn flow_of_file(&self, rows: &Rows, meaning: &Meaning) -> Result<Option<u8>, TransferError> {
        let asked = meaning.flow.as_deref();
        let wrong = |what: &str| Err(TransferError::Usage(format!("{}: {what}", rows.input.shown())));
        let of = match &self.flow {
            Some((columns, of)) if columns.is_empty() => of,
            _ if asked.is_some() => return wrong("the rows tell the flow; --flow is for files that do not"),
            _ => return Ok(None),
        };
        let name = fold(rows.input.name());
        let by_column = of.by_column.iter().find(|(names, _)| !self.layout.columns(&rows.header, names).is_empty());
        // 进出口 (both) holds 出口 (exports): the longest word counts.
        let named = of.by_name.iter().filter(|(word, _)| name.contains(&fold(word)));
        let by_name = named.max_by_key(|(word, _)| word.chars().count());
        let told = by_column.or(by_name).map(|(_, flow)| flow).or(of.fixed.as_ref());
        let told = told.or(of.other.as_ref().filter(|_| asked.is_none()));
        let flow = match (told.map(String::as_str), asked) {
            (Some(told), Some(asked)) if told != asked => {
                return wrong(&format!("the file tells {told}, not {asked}; leave --flow out"));
            }
            (None, None) => {
                let advice = "pass --flow EXPORT or --flow IMPORT";
                return wrong(&format!("neither the file nor its name tells the direction; {advice}"));
            }
            (told, asked) => told.or(asked).unwrap_or_default(),
        };
        let known = || FLOWS.iter().map(|(name, _, _)| *name).collect::<Vec<_>>().join(", ");
        let unknown = || TransferError::Usage(format!("the flow is `{flow}`, expected one of {}", known()));
        flow_code(flow).map(Some).ok_or_else(unknown)
    }

    /// The edition of all rows of a file whose rows do not tell it.
    pub(super) fn edition_of_file(
        &self,
        rows: &Rows,
        meaning: &Meaning,
        named: Option<String>,
    ) -> Result<Option<String>, TransferError> {
        let asked = meaning.edition.clone();
        let fixed = match &self.layout.product.edition {
            Some(EditionOf::Fixed(word)) if word != "file-name" => Some(word.clone()),
            Some(EditionOf::Fixed(_)) => {
                if let (Some(named), Some(asked)) = (&named, &asked)
                    && named != asked
                {
                    return Err(TransferError::Usage(format!(
                        "{}: the name tells {named}, not {asked}; import the files of each HS edition on their own, or leave --edition out",
                        rows.input.shown()
                    )));
                }
                named
            }
            _ => None,
        };
        let tells_itself = match (&self.edition, &self.layout.product.edition) {
            (Some((columns, _)), _) => !columns.is_empty(),
            (None, Some(EditionOf::ByYear { .. })) => true,
            _ => false,
        };
        let edition = asked.or(fixed);
        if edition.is_none() && !tells_itself {
            return Err(TransferError::Usage(format!(
                "{}: neither the file nor its name tells the classification; pass --edition HS2017",
                rows.input.shown()
            )));
        }
        Ok(edition)
    }
}
