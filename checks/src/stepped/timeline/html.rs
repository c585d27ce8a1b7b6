//! The table as a page: nothing to load, nothing to run, and a table that is one to a screen
//! reader, with headings for its columns and rows. What is marked says so in words.

use std::fmt::{self, Write};

use super::table::{Row, Table};
use super::{CRITICAL, Timeline};

const STYLE: &str = "\
body { font-family: sans-serif; margin: 2em; color: #111; background: #fff; }
table { border-collapse: collapse; }
caption { text-align: left; padding-bottom: 0.5em; }
th, td { border: 1px solid #767676; padding: 0.2em 0.6em; text-align: left; vertical-align: top; }
td, tbody th { font-family: monospace; font-weight: normal; }
tr.crash { background: #fde0dc; }
tr.critical { background: #fff3bf; outline: 3px solid #111; }
";

pub(super) fn of(timeline: &Timeline<'_>, table: &Table) -> String {
    let mut page = String::new();
    // Writing to a String cannot fail.
    let _ = render(&mut page, timeline, table);
    page
}

fn render(page: &mut String, timeline: &Timeline<'_>, table: &Table) -> fmt::Result {
    let title = format!("counterexample: {}", escaped(timeline.scenario));
    write!(page, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")?;
    write!(page, "<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n")?;
    writeln!(page, "<h1>{title}</h1>")?;
    writeln!(page, "<ul>")?;
    for (who, result) in timeline.results() {
        writeln!(page, "<li>{}: {}</li>", escaped(&who), escaped(&result))?;
    }
    writeln!(page, "</ul>\n<table>")?;
    writeln!(page, "<caption>One row an event, one column a participant.</caption>")?;
    write!(page, "<thead>\n<tr><th scope=\"col\">step</th>")?;
    for heading in table.lanes.iter().map(String::as_str).chain(["source", "futex queues"]) {
        write!(page, "<th scope=\"col\">{}</th>", escaped(heading))?;
    }
    writeln!(page, "</tr>\n</thead>\n<tbody>")?;
    for row in &table.rows {
        row_of(page, row, table.lanes.len())?;
    }
    writeln!(page, "</tbody>\n</table>")?;
    writeln!(page, "<p>Wrong: {}</p>", escaped(timeline.closing))?;
    writeln!(page, "<p>Replay: <code>{}</code></p>", escaped(timeline.replay))?;
    writeln!(page, "</body>\n</html>")
}

fn row_of(page: &mut String, row: &Row, lanes: usize) -> fmt::Result {
    let class = match row {
        Row { critical: true, .. } => " class=\"critical\"",
        Row { crash: true, .. } => " class=\"crash\"",
        _ => "",
    };
    write!(page, "<tr{class}><th scope=\"row\">{}</th>", row.step)?;
    let note = if row.critical { format!(" <strong>({CRITICAL})</strong>") } else { String::new() };
    let cell = format!("{}{note}", escaped(&row.cell));
    match row.lane {
        None => write!(page, "<td colspan=\"{lanes}\">{cell}</td>")?,
        Some(actor) => {
            for lane in 0..lanes {
                let cell = if lane == actor { cell.as_str() } else { "" };
                write!(page, "<td>{cell}</td>")?;
            }
        }
    }
    writeln!(page, "<td>{}</td><td>{}</td></tr>", escaped(&row.source), escaped(&row.queues))
}

/// Text that is nothing but text to a browser.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}
