//! Exact fractions of sums, compared without rounding however large their parts are.

use std::cmp::Ordering;

use super::decimal::approximate_sum;

/// A fraction; its denominator is above zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fraction {
    /// What is divided.
    pub numerator: i128,
    /// By what.
    pub denominator: i128,
}

impl Fraction {
    /// A whole number.
    pub fn whole(number: i128) -> Self {
        Self { numerator: number, denominator: 1 }
    }

    /// `mantissa` × 10^`exponent`; nothing where it does not fit.
    pub fn decimal(mantissa: i64, exponent: i32) -> Option<Self> {
        let power = 10_i128.checked_pow(exponent.unsigned_abs())?;
        Some(match exponent < 0 {
            true => Self { numerator: i128::from(mantissa), denominator: power },
            false => Self::whole(i128::from(mantissa).checked_mul(power)?),
        })
    }

    /// The same times 10^`power`; nothing where it does not fit.
    pub fn shifted(self, power: i32) -> Option<Self> {
        let factor = 10_i128.checked_pow(power.unsigned_abs())?;
        Some(match power < 0 {
            true => Self { denominator: self.denominator.checked_mul(factor)?, ..self },
            false => Self { numerator: self.numerator.checked_mul(factor)?, ..self },
        })
    }

    /// The nearest floating-point number.
    pub fn approximate(self) -> f64 {
        approximate_sum(self.numerator, 0) / approximate_sum(self.denominator, 0)
    }

    /// The order of two fractions.
    pub fn compare(self, other: Self) -> Ordering {
        let (mut left, mut right) = (self, other);
        let mut is_turned = false;
        loop {
            let crossed =
                left.numerator.checked_mul(right.denominator).zip(right.numerator.checked_mul(left.denominator));
            let order = match crossed {
                Some((left, right)) => left.cmp(&right),
                None => left.floor().cmp(&right.floor()),
            };
            if crossed.is_some() || order.is_ne() {
                return if is_turned { order.reverse() } else { order };
            }
            // Equal whole parts: the rests decide, and in the opposite way their reciprocals.
            let (a, b) = (left.rest(), right.rest());
            if a == 0 || b == 0 {
                let order = a.cmp(&b);
                return if is_turned { order.reverse() } else { order };
            }
            left = Self { numerator: left.denominator, denominator: a };
            right = Self { numerator: right.denominator, denominator: b };
            is_turned = !is_turned;
        }
    }

    fn floor(self) -> i128 {
        self.numerator.div_euclid(self.denominator.max(1))
    }

    fn rest(self) -> i128 {
        self.numerator.rem_euclid(self.denominator.max(1))
    }
}

/// `amount` × `numerator` / `denominator`, rounded half to even; nothing where it does not fit.
pub fn scaled(amount: i128, numerator: i128, denominator: i128) -> Option<i128> {
    if denominator <= 0 {
        return None;
    }
    let product = amount.checked_mul(numerator)?;
    let (floor, rest) = (product.div_euclid(denominator), product.rem_euclid(denominator));
    let up = match rest.cmp(&(denominator - rest)) {
        Ordering::Less => false,
        Ordering::Equal => floor.rem_euclid(2) == 1,
        Ordering::Greater => true,
    };
    Some(floor + i128::from(up))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_are_compared_exactly() {
        let big = i128::MAX;
        let of = |numerator, denominator| Fraction { numerator, denominator };
        assert_eq!(of(1, 3).compare(of(2, 6)), Ordering::Equal);
        assert_eq!(of(-1, 3).compare(of(1, 3)), Ordering::Less);
        assert_eq!(of(big - 1, big).compare(of(big - 2, big - 1)), Ordering::Greater);
        assert_eq!(of(big, big - 1).compare(of(big - 1, big - 2)), Ordering::Less);
        assert_eq!(of(-big, 7).compare(of(-big, 7)), Ordering::Equal);
        assert_eq!(of(-big, 7).compare(of(1 - big, 7)), Ordering::Less);
        assert_eq!(of(big, 2).compare(of(big, 3)), Ordering::Greater);
        assert_eq!(of(0, big).compare(of(1, big)), Ordering::Less);
    }

    #[test]
    fn products_round_half_to_even() {
        assert_eq!(scaled(5, 1, 2), Some(2));
        assert_eq!(scaled(7, 1, 2), Some(4));
        assert_eq!(scaled(-5, 1, 2), Some(-2));
        assert_eq!(scaled(-7, 1, 2), Some(-4));
        assert_eq!(scaled(10, 2, 3), Some(7));
        assert_eq!(scaled(1, 1, 0), None);
        assert_eq!(scaled(i128::MAX, 2, 1), None);
    }
}
