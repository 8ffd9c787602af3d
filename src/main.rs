//! The program `gongkai`.

fn main() -> std::process::ExitCode {
    gongkai::cli::main()
}
