//! Which slopes fit what was seen here? A logistic regression that is drawn toward the model's slopes.
//!
//! Minimised over an intercept a and slopes b: - sum of log likelihood of y under
//! logit p = a + z'b, plus lambda / 2 times |b - b0|^2, by Newton's method. With few labels b stays
//! near b0, with many the penalty is outweighed. Read as Bayes does, b0 with variance 1 / lambda is
//! what was believed before, and the inverse of the second derivative at the minimum is the
//! covariance of what is believed now (Laplace's approximation).

use super::model::{N, Vector};

/// The weight of the compiled slopes.
pub const LAMBDA: f64 = 100.0;
/// Unknowns: the intercept and the slopes.
const M: usize = N + 1;
const STEPS: usize = 50;

/// z as it was at the merge, and whether it was reverted.
pub type Seen = (Vector, bool);

/// Fitted slopes.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// In the model's order.
    pub slopes: Vector,
    /// Of the slopes; the intercept is left out.
    pub covariance: [Vector; N],
}

/// Slopes by Newton's method; `None` when that does not settle.
pub fn fit(seen: &[Seen], compiled: &Vector) -> Option<Fit> {
    let n = seen.len() as f64;
    let share = seen.iter().filter(|(_, y)| *y).count() as f64 / n;
    let mut b = [0.0; M];
    b[0] = (share / (1.0 - share)).ln();
    b[1..].copy_from_slice(compiled);
    for _ in 0..STEPS {
        let (gradient, hessian) = derivatives(seen, compiled, &b);
        let step = solve(hessian, gradient)?;
        for (b, step) in b.iter_mut().zip(step) {
            *b -= step;
        }
        if step.iter().all(|step| step.abs() < 1e-10) {
            let covariance = inverse(derivatives(seen, compiled, &b).1)?;
            return Some(Fit { slopes: std::array::from_fn(|j| b[j + 1]), covariance });
        }
    }
    None
}

fn derivatives(seen: &[Seen], compiled: &Vector, b: &[f64; M]) -> ([f64; M], [[f64; M]; M]) {
    let (mut gradient, mut hessian) = ([0.0; M], [[0.0; M]; M]);
    for j in 1..M {
        gradient[j] = LAMBDA * (b[j] - compiled[j - 1]);
        hessian[j][j] = LAMBDA;
    }
    for (z, y) in seen {
        let row: [f64; M] = std::array::from_fn(|j| if j == 0 { 1.0 } else { z[j - 1] });
        let s: f64 = row.iter().zip(b).map(|(x, b)| x * b).sum();
        let p = 1.0 / (1.0 + (-s).exp());
        let (off, weight) = (p - f64::from(u8::from(*y)), p * (1.0 - p));
        for j in 0..M {
            gradient[j] += off * row[j];
            for k in 0..M {
                hessian[j][k] += weight * row[j] * row[k];
            }
        }
    }
    (gradient, hessian)
}

/// The slopes' part of the inverse, column by column.
fn inverse(a: [[f64; M]; M]) -> Option<[Vector; N]> {
    let mut found = [[0.0; N]; N];
    for j in 1..M {
        let unit = std::array::from_fn(|k| if k == j { 1.0 } else { 0.0 });
        let column = solve(a, unit)?;
        for i in 1..M {
            found[i - 1][j - 1] = column[i];
        }
    }
    Some(found)
}

/// Solves a x = y by elimination with pivots.
fn solve(mut a: [[f64; M]; M], mut y: [f64; M]) -> Option<[f64; M]> {
    for i in 0..M {
        let best = (i..M).max_by(|j, k| a[*j][i].abs().total_cmp(&a[*k][i].abs()))?;
        a.swap(i, best);
        y.swap(i, best);
        if a[i][i].abs() < 1e-12 {
            return None;
        }
        for j in i + 1..M {
            let factor = a[j][i] / a[i][i];
            let above = a[i];
            for (cell, above) in a[j].iter_mut().zip(above).skip(i) {
                *cell -= factor * above;
            }
            y[j] -= factor * y[i];
        }
    }
    let mut x = [0.0; M];
    for i in (0..M).rev() {
        let rest: f64 = (i + 1..M).map(|k| a[i][k] * x[k]).sum();
        x[i] = (y[i] - rest) / a[i][i];
    }
    Some(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With one signal that varies, the sums can be done by hand: 400 changes, half with z = 1 and
    /// half with z = -1.
    #[test]
    fn the_covariance_is_the_inverse_of_the_information() {
        let of = |z: f64, reverted: usize| {
            let z = [z, 0.0, 0.0, 0.0, 0.0, 0.0];
            (0..200).map(move |n| (z, n < reverted))
        };
        let seen: Vec<Seen> = of(1.0, 100).chain(of(-1.0, 100)).collect();
        let found = fit(&seen, &[0.0; N]).expect("settles");
        assert!(found.slopes.iter().all(|b| b.abs() < 1e-9), "{found:?}");
        // p = 1/2 throughout: 400 / 4 of information, and lambda on top; none for the others.
        assert!((found.covariance[0][0] - 1.0 / 200.0).abs() < 1e-9);
        assert!((found.covariance[1][1] - 1.0 / LAMBDA).abs() < 1e-9);
        assert!(found.covariance[0][1].abs() < 1e-12);
    }
}
