//! Makes BACI years of any size, and a nomenclature for them: the same for every run.

use std::fmt::Write as _;
use std::io::Write as _;
use std::ops::RangeInclusive;
use std::path::Path;

/// Codes of the generated data.
pub(crate) struct World {
    /// Tea Road code and Comtrade code of each economy, the largest exporter first.
    pub(crate) areas: Vec<(String, String)>,
    /// The last year.
    pub(crate) year: i32,
    /// Products, six digits each.
    pub(crate) products: Vec<String>,
    /// Lines of the year files.
    pub(crate) rows: usize,
}

/// The next number of a fixed sequence (SplitMix64).
pub(crate) fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Writes `nomenclature.csv` and a file like `BACI_HS17_Y2020_V202501.csv` for each year, of about `count` rows together:
/// exporters of very different size, values over eight powers of ten, in the order of the real files. `economies` is at
/// most 230, with 4,800 products.
pub(crate) fn generate(folder: &Path, count: usize, economies: usize, years: RangeInclusive<i32>) -> World {
    let count = count / years.clone().count().max(1);
    let codes = include_str!("../../data/reference/region_codes.csv");
    let countries: std::collections::HashSet<&str> = include_str!("../../data/reference/regions.csv")
        .lines()
        .filter(|l| l.contains(",PLACE,COUNTRY,"))
        .filter_map(|l| l.split(',').next())
        .collect();
    let mut areas: Vec<(String, String)> = codes
        .lines()
        .map(|l| l.split(',').collect::<Vec<_>>())
        .filter(|f| f[1] == "COMTRADE" && f[4].is_empty() && countries.contains(f[0]) && f[0].len() == 2)
        .map(|f| (f[0].to_owned(), f[2].to_owned()))
        .collect();
    areas.dedup_by(|a, b| a.0 == b.0);
    areas.truncate(economies);
    let chapters: Vec<String> = (1..=97).filter(|c| *c != 77).map(|c| format!("{c:02}")).collect();
    let mut nomenclature = String::from("classification,edition,code,description,parent,level\n");
    let mut products = Vec::new();
    for chapter in &chapters {
        for heading in 1..=10 {
            writeln!(nomenclature, "H5,HS2017,{chapter}{heading:02},Heading {chapter}{heading:02},{chapter},4")
                .unwrap();
            for product in 1..=5 {
                let code = format!("{chapter}{heading:02}{product}0");
                writeln!(nomenclature, "H5,HS2017,{code},Product {code},{chapter}{heading:02},6").unwrap();
                products.push(code);
            }
        }
    }
    std::fs::write(folder.join("nomenclature.csv"), nomenclature).unwrap();
    let mut state = 7_u64;
    let mut rows = 0;
    // Each exporter has about twice the rows of one four places behind it; nobody has more than every pair and product.
    let weights: Vec<f64> = (0..areas.len()).map(|i| 0.85_f64.powi(i as i32).max(0.001)).collect();
    let total: f64 = weights.iter().sum();
    let partners = areas.len() - 1;
    // What large exporters cannot hold goes to the others.
    let mut share = 1.0;
    for _ in 0..20 {
        let held: f64 =
            weights.iter().map(|w| (share * count as f64 * w / total).min((partners * products.len()) as f64)).sum();
        share *= count as f64 / held;
    }
    let exporters = years.clone().flat_map(|year| areas.iter().enumerate().map(move |area| (year, area)));
    let mut out: Option<std::io::BufWriter<std::fs::File>> = None;
    for (year, (index, (_, exporter))) in exporters {
        if index == 0 {
            out.as_mut().map_or(Ok(()), std::io::Write::flush).unwrap();
            let file = std::fs::File::create(folder.join(format!("BACI_HS17_Y{year}_V202501.csv"))).unwrap();
            let out = out.insert(std::io::BufWriter::new(file));
            writeln!(out, "t,i,j,k,v,q").unwrap();
        }
        let out = out.as_mut().unwrap();
        let wanted = (share * count as f64 * weights[index] / total) as usize;
        let per_partner = (wanted / partners).clamp(1, products.len());
        for (other, (_, importer)) in areas.iter().enumerate() {
            if other == index {
                continue;
            }
            for at in 0..per_partner {
                let value = 10_f64.powf((next(&mut state) % 8000) as f64 / 1000.0 - 2.0);
                let product = &products[at * products.len() / per_partner];
                writeln!(out, "{year},{exporter},{importer},{product},{value:.3},{:>13.3}", value / 3.0).unwrap();
                rows += 1;
            }
        }
    }
    out.unwrap().flush().unwrap();
    World { areas, year: *years.end(), products, rows }
}
