//! Running other programs: to capture what they say, to let them speak, within a time limit, or in the background.
//! No wait here is deaf to Ctrl-C.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::terminal::{say, spoken};
use crate::{Outcome, interrupt, terminal};

/// The command as one would type it.
pub(crate) fn typed(command: &Command) -> String {
    let mut line = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        line.push(' ');
        let argument = argument.to_string_lossy();
        if argument.contains(char::is_whitespace) {
            line.push_str(&format!("'{argument}'"));
        } else {
            line.push_str(&argument);
        }
    }
    line
}

fn describe(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("ended with exit code {code}"),
        (None, Some(signal)) => format!("was ended by signal {signal}"),
        (None, None) => "ended abnormally".to_owned(),
    }
}

fn spawn(command: &mut Command) -> Outcome<Child> {
    command.spawn().map_err(|error| format!("cannot start `{}`: {error}", typed(command)))
}

/// Waits for a child, killing it when a stop is requested or the limit is over. `None`: the limit was over.
fn wait(child: &mut Child, limit: Option<Duration>) -> Outcome<Option<ExitStatus>> {
    let since = Instant::now();
    let mut pause = Duration::from_micros(500);
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(Some(status)),
            Ok(None) => {}
            Err(error) => return Err(format!("cannot wait for a process: {error}")),
        }
        let over = limit.is_some_and(|limit| since.elapsed() > limit);
        if over || interrupt::requested() {
            end(child, "TERM", Duration::from_secs(5));
            return if over { Ok(None) } else { Err("stopped".to_owned()) };
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}

/// Asks a process to end, and makes it end when it has not within `patience`.
fn end(child: &mut Child, signal: &str, patience: Duration) {
    let kill = format!("kill -{signal} {}", child.id());
    let _ = Command::new("sh").args(["-c", &kill]).stderr(Stdio::null()).status();
    let since = Instant::now();
    while since.elapsed() < patience {
        if !matches!(child.try_wait(), Ok(None)) {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// Runs a command that speaks for itself.
pub(crate) fn run(command: &mut Command) -> Outcome {
    terminal::close();
    let mut child = spawn(command)?;
    match wait(&mut child, None)? {
        Some(status) if status.success() => Ok(()),
        Some(status) => Err(format!("`{}` {}", typed(command), describe(status))),
        None => Err(format!("`{}` took too long", typed(command))),
    }
}

/// Runs a command and answers what it printed on standard output, trimmed; all it said when it fails
/// becomes the error.
pub(crate) fn capture(command: &mut Command) -> Outcome<String> {
    let output =
        command.stdin(Stdio::null()).output().map_err(|error| format!("cannot start `{}`: {error}", typed(command)))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(format!("`{}` {}\n{}", typed(command), describe(output.status), tail(&String::from_utf8_lossy(&said), 60)))
}

/// Whether a command succeeds; what it says goes nowhere.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// Runs a long command whose chatter goes to a log file, with a sign of life every ten seconds. On failure the log's
/// end is part of the error.
pub(crate) fn logged(command: &mut Command, log: &Path, limit: Option<Duration>) -> Outcome {
    let (output, errors) = log_file(log)?;
    // Cargo then writes how far it is even into a file; other programs do not know these names.
    command.env("CARGO_TERM_PROGRESS_WHEN", "always").env("CARGO_TERM_PROGRESS_WIDTH", "100");
    command.env("CARGO_TERM_COLOR", "never");
    let mut child = spawn(command.stdin(Stdio::null()).stdout(output).stderr(errors))?;
    let since = Instant::now();
    loop {
        let beat = limit.map_or(Duration::from_secs(10), |limit| limit.min(Duration::from_secs(10)));
        match child_within(&mut child, beat)? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => {
                let said = readable(&std::fs::read_to_string(log).unwrap_or_default());
                return Err(format!("`{}` {}\n{}", typed(command), describe(status), tail(&said, 200)));
            }
            None if limit.is_some_and(|limit| since.elapsed() >= limit) => {
                end(&mut child, "TERM", Duration::from_secs(5));
                return Err(format!("`{}` did not finish within {}", typed(command), spoken(since.elapsed())));
            }
            None => say(format!("      still at it after {} ({})", spoken(since.elapsed()), last_line(log))),
        }
    }
}

fn child_within(child: &mut Child, limit: Duration) -> Outcome<Option<ExitStatus>> {
    let since = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(Some(status)),
            Ok(None) if interrupt::requested() => {
                end(child, "TERM", Duration::from_secs(5));
                return Err("stopped".to_owned());
            }
            Ok(None) if since.elapsed() >= limit => return Ok(None),
            Ok(None) => std::thread::sleep(Duration::from_millis(20)),
            Err(error) => return Err(format!("cannot wait for a process: {error}")),
        }
    }
}

fn log_file(path: &Path) -> Outcome<(File, File)> {
    let failed = |error: std::io::Error| format!("cannot write {}: {error}", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let file = File::create(path).map_err(failed)?;
    let twin = file.try_clone().map_err(failed)?;
    Ok((file, twin))
}

/// The last lines of a text.
pub(crate) fn tail(text: &str, lines: usize) -> String {
    let all: Vec<&str> = text.lines().collect();
    all.iter().skip(all.len().saturating_sub(lines)).copied().collect::<Vec<_>>().join("\n")
}

fn last_line(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let line = text.split(['\n', '\r']).rev().map(plain).find(|line| !line.is_empty());
    line.map_or_else(|| "no output yet".to_owned(), |line| line.trim().chars().take(90).collect())
}

/// A log without progress bars, which end in a carriage return, and without control sequences.
fn readable(text: &str) -> String {
    let lines = text.lines().map(|line| plain(line.trim_end_matches('\r').rsplit('\r').next().unwrap_or(line)));
    let progress = ["Compiling ", "Checking ", "Downloading ", "Downloaded "];
    lines.filter(|line| !progress.iter().any(|word| line.trim_start().starts_with(word))).collect::<Vec<_>>().join("\n")
}

/// A line without the terminal's control sequences.
fn plain(line: &str) -> String {
    let mut text = String::new();
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            let _ = characters.by_ref().find(char::is_ascii_alphabetic);
        } else if !character.is_control() {
            text.push(character);
        }
    }
    text.trim_end().to_owned()
}

/// Runs a command that speaks for itself and answers everything it said as well, and whether it succeeded.
pub(crate) fn echoed(command: &mut Command) -> Outcome<(bool, String)> {
    terminal::close();
    let (reader, writer) = std::io::pipe().map_err(|error| format!("cannot make a pipe: {error}"))?;
    let errors = writer.try_clone().map_err(|error| format!("cannot copy a pipe: {error}"))?;
    let mut child = spawn(command.stdin(Stdio::null()).stdout(writer).stderr(errors))?;
    // The command keeps the pipe's writing ends; while it holds them, reading never ends.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let listener = std::thread::spawn(move || {
        let (mut reader, mut said, mut chunk) = (reader, Vec::new(), [0_u8; 8192]);
        while let Ok(length) = reader.read(&mut chunk) {
            let Some(part) = chunk.get(..length).filter(|part| !part.is_empty()) else { break };
            let mut out = std::io::stdout().lock();
            let _ = out.write_all(part);
            let _ = out.flush();
            said.extend_from_slice(part);
        }
        String::from_utf8_lossy(&said).into_owned()
    });
    let status = wait(&mut child, None)?;
    let said = listener.join().unwrap_or_default();
    Ok((status.is_some_and(|status| status.success()), said))
}

/// A program in the background, in a process group of its own (the terminal's Ctrl-C does not reach it: we end it, in
/// order). Dropping it ends it.
pub(crate) struct Background {
    name: &'static str,
    child: Child,
    log: Option<PathBuf>,
}

impl Background {
    /// Starts a program. With a log its output goes there, otherwise it speaks for itself.
    pub(crate) fn start(name: &'static str, command: &Command, log: Option<PathBuf>) -> Outcome<Self> {
        let mut command = dying_with_us(command);
        command.stdin(Stdio::null()).process_group(0);
        if let Some(log) = &log {
            let (output, errors) = log_file(log)?;
            command.stdout(output).stderr(errors);
        }
        Ok(Self { name, child: spawn(&mut command)?, log })
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// An error that says why, once the program has ended.
    pub(crate) fn check(&mut self) -> Outcome {
        match self.child.try_wait() {
            Ok(None) => Ok(()),
            Ok(Some(status)) => {
                let said = self.log.as_deref().and_then(|log| std::fs::read_to_string(log).ok());
                let said = said.map(|said| format!(":\n{}", tail(&said, 25))).unwrap_or_default();
                Err(format!("the {} {}{said}", self.name, describe(status)))
            }
            Err(error) => Err(format!("cannot watch the {}: {error}", self.name)),
        }
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        end(&mut self.child, "TERM", Duration::from_secs(15));
    }
}

/// The same command, ended by the kernel should this process be killed without a chance to clean up. `setpriv` is part
/// of util-linux; without it the command runs as it is.
fn dying_with_us(command: &Command) -> Command {
    let mut wrapped = if succeeds(Command::new("setpriv").args(["--pdeathsig", "TERM", "true"])) {
        let mut wrapped = Command::new("setpriv");
        wrapped.args(["--pdeathsig", "TERM", "--"]).arg(command.get_program());
        wrapped
    } else {
        Command::new(command.get_program())
    };
    wrapped.args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        wrapped.current_dir(folder);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => wrapped.env(name, value),
            None => wrapped.env_remove(name),
        };
    }
    wrapped
}
