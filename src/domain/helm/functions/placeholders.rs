//! What Helm would draw by lot or mint: here always the same, and recognisably nothing real.

use crate::domain::helm::budget::Fault;
use crate::domain::helm::value::Value;

use super::{ANY, Args, Function, function};

/// Stands for a certificate, a key, a hash: spelled as a variable, so that nobody takes it for one.
const PLACEHOLDER: &str = "${generated}";

pub(super) const TABLE: &[Function] = &[
    function("randAlphaNum", 1, 1, |a| repeated(a, "x")),
    function("randAlpha", 1, 1, |a| repeated(a, "x")),
    function("randAscii", 1, 1, |a| repeated(a, "x")),
    function("randNumeric", 1, 1, |a| repeated(a, "0")),
    function("randBytes", 1, 1, |a| repeated(a, "x")),
    function("randInt", 2, 2, |a| Ok(Value::Int(a.int(0)?))),
    function("shuffle", 1, 1, |a| Ok(Value::Str(a.str(0)?.clone()))),
    function("uuidv4", 0, 0, |_| Ok(Value::str("00000000-0000-4000-8000-000000000000"))),
    function("genPrivateKey", 1, 1, |_| Ok(Value::str(PLACEHOLDER))),
    function("genCA", 2, 2, |_| Ok(certificate())),
    function("genCAWithKey", 3, 3, |_| Ok(certificate())),
    function("genSelfSignedCert", 4, 4, |_| Ok(certificate())),
    function("genSelfSignedCertWithKey", 5, 5, |_| Ok(certificate())),
    function("genSignedCert", 5, 5, |_| Ok(certificate())),
    function("genSignedCertWithKey", 6, 6, |_| Ok(certificate())),
    function("buildCustomCert", 2, 2, |_| Ok(certificate())),
    function("derivePassword", 5, 5, |_| Ok(Value::str(PLACEHOLDER))),
    function("bcrypt", 1, 1, |_| Ok(Value::str(PLACEHOLDER))),
    function("htpasswd", 2, ANY, |a| a.text(format!("{}:{PLACEHOLDER}", a.str(0)?))),
    function("encryptAES", 2, 2, |_| Ok(Value::str(PLACEHOLDER))),
    function("decryptAES", 2, 2, |_| Ok(Value::str(PLACEHOLDER))),
];

fn repeated(args: &Args<'_>, letter: &str) -> Result<Value, Fault> {
    args.text(letter.repeat(args.count(0)?))
}

fn certificate() -> Value {
    Value::of([("Cert", Value::str(PLACEHOLDER)), ("Key", Value::str(PLACEHOLDER))])
}
