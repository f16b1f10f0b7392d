//! Owns a short measurement of the matrix kernels on this machine: one JSON object a line, for each shape of a small model,
//! number of rows and instruction set, beside how fast memory is read and integers are multiplied at most. Refuses to judge: times are medians of a
//! few dozen calls, and on a busy machine only lines of one run compare. Arguments: threads (2), milliseconds a line (60).

use std::hint::black_box;
use std::time::{Duration, Instant};

use kernels::Arena;
use kernels::Format;
use kernels::Mode;
use kernels::Packed;
use kernels::Pool;
use kernels::{ActivationBits, Activations};
use kernels::{Isa, Kind};
use kernels::{Product, matmul};
use kernels::{int8_peak, read_bandwidth};

/// Larger than the last cache: matrices take turns until so many bytes were read, so that each is read from memory.
const COLD_BYTES: usize = 128 << 20;
const ROWS: [usize; 5] = [1, 2, 4, 8, 128];
const BITS: [ActivationBits; 2] = [ActivationBits::Eight, ActivationBits::Fifteen];

/// Format, outputs, inputs.
const SHAPES: [(Format, usize, usize); 7] = [
    (Format::Q4_1, 576, 576),
    (Format::Q4_1, 192, 576),
    (Format::Q4_1, 1536, 576),
    (Format::Q4_1, 576, 1536),
    (Format::Q8_0, 49152, 576),
    (Format::Q4K, 2048, 2048),
    (Format::Q6K, 2048, 2048),
];

fn main() {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse().expect("a number"));
    let pool = Pool::new(arguments.next().unwrap_or(2) as usize);
    let budget = Duration::from_millis(arguments.next().unwrap_or(60));
    let bandwidth = read_bandwidth(Isa::best(), &pool).expect("memory to read");
    println!("{{\"threads\":{},\"read_gb_per_s\":{bandwidth:.2}}}", pool.threads());
    for isa in Isa::all() {
        if let Some(peak) = int8_peak(isa, &pool) {
            println!("{{\"isa\":\"{}\",\"int8_gop_per_s\":{peak:.0}}}", isa.name());
        }
    }
    for (format, outputs, inputs) in SHAPES {
        let matrices = matrices(format, outputs, inputs);
        let fast = Isa::all().into_iter().filter(|isa| isa.kind() != Kind::Scalar);
        for (isa, bits) in fast.flat_map(|isa| BITS.map(|bits| (isa, bits))) {
            for rows in ROWS {
                let seconds = measure(isa, bits, &pool, &matrices, rows, budget);
                let (bytes, operations) = (matrices[0].bytes_len(), 2 * rows * outputs * inputs);
                println!(
                    "{{\"format\":\"{}\",\"outputs\":{outputs},\"inputs\":{inputs},\"isa\":\"{}\",\"activations\":\"{bits:?}\",\"rows\":{rows},\"us\":{:.1},\
                     \"gb_per_s\":{:.2},\"of_read\":{:.2},\"gop_per_s\":{:.0}}}",
                    format.name(),
                    isa.name(),
                    seconds * 1e6,
                    bytes as f64 / seconds / 1e9,
                    bytes as f64 / seconds / 1e9 / bandwidth,
                    operations as f64 / seconds / 1e9,
                );
            }
        }
    }
}

/// Equal matrices, enough of them to be cold when their turn comes; every block has the scale 1 or nearly so.
fn matrices(format: Format, outputs: usize, inputs: usize) -> Vec<Packed> {
    let bytes = format.bytes_for(outputs * inputs).expect("whole blocks");
    // Bytes below 0x7c make finite halves wherever they stand.
    let blocks: Vec<u8> =
        (0..bytes).map(|at| (at as u32).wrapping_mul(2_654_435_761).to_be_bytes()[0] % 0x3c).collect();
    let mut arena = Arena::new(32 << 20);
    let pack = |_| Packed::pack(&mut arena, format, outputs, inputs, &blocks).expect("a matrix");
    (0..COLD_BYTES.div_ceil(bytes)).map(pack).collect()
}

/// Median seconds of one product, quantising included.
fn measure(
    isa: Isa,
    bits: ActivationBits,
    pool: &Pool,
    matrices: &[Packed],
    rows: usize,
    budget: Duration,
) -> f64 {
    let (outputs, inputs) = (matrices[0].outputs(), matrices[0].inputs());
    let values: Vec<f32> = (0..rows * inputs).map(|at| (at % 97) as f32 / 48. - 1.).collect();
    let mut out = vec![0.; rows * outputs];
    let mut input = Activations::new(bits);
    let mut times = vec![];
    let begin = Instant::now();
    for weights in matrices.iter().cycle() {
        let start = Instant::now();
        input.quantise(isa, pool, rows, inputs, &values);
        matmul(isa, pool, &input, &mut [Product { weights, bias: None, mode: Mode::Write, out: &mut out }]);
        times.push(start.elapsed());
        if begin.elapsed() > budget && times.len() >= 3 {
            break;
        }
    }
    black_box(&out);
    median(times)
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64()
}
