//! Pictures for docs/measured, as SVG without a background, in colours that are legible on white and on black.

use crate::measures::{density, starvation};
use crate::numbers::grouped;
use crate::results::Results;
use crate::row::Row;
use anyhow::Result;
use image::output::write;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::path::Path;

/// The colours of the peers, in their order.
const COLOURS: [RGBColor; 8] = [
    RGBColor(46, 168, 122),
    RGBColor(224, 122, 82),
    RGBColor(86, 148, 226),
    RGBColor(181, 126, 212),
    RGBColor(201, 152, 42),
    RGBColor(128, 140, 152),
    RGBColor(219, 98, 142),
    RGBColor(70, 170, 186),
];

/// Halfway between black and white.
const TEXT: RGBColor = RGBColor(122, 128, 137);
const FAINT: RGBAColor = RGBAColor(122, 128, 137, 0.35);

const WIDTH: u32 = 760;
const MARGIN: i32 = 16;
const TITLE: i32 = 40;
const LINE: i32 = 30;
const NAMES: i32 = 200;

type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;

pub fn draw(results: &Results, folder: &Path) -> Result<()> {
    let rows = |prefix| results.measures.iter().filter(move |row| row.name.starts_with(prefix));
    // The greatest number of sandboxes that was measured.
    if let Some(row) = rows(density::MEASURE).rfind(|row| row.values.iter().any(Option::is_some)) {
        let title = format!("{}: KiB, including the kernel's memory", row.name.replace("memory", "Memory"));
        bars(results, row, &title, &folder.join("bench-memory.svg"))?;
    }
    for row in rows(starvation::REFUSED_FORKS) {
        let title = format!("{}, with a PID limit", row.name);
        bars(results, row, &title, &folder.join("bench-forks.svg"))?;
    }
    curves(results, &folder.join("bench-sigterm.svg"))
}

/// Draws a bar for each peer that has a value.
fn bars(results: &Results, row: &Row, title: &str, path: &Path) -> Result<()> {
    let values: Vec<_> = (0..results.peers.len()).filter_map(|at| Some((at, row.values[at]?.median))).collect();
    let most = values.iter().map(|&(_, value)| value).fold(f64::MIN_POSITIVE, f64::max);
    let height = (TITLE + values.len() as i32 * LINE + MARGIN) as u32;
    picture(path, height, title, |canvas| {
        for (line, &(at, value)) in values.iter().enumerate() {
            let top = TITLE + line as i32 * LINE;
            let middle = top + LINE / 2;
            label(canvas, &results.peers[at].name, (NAMES, middle), HPos::Right)?;
            let length = (value / most * f64::from(WIDTH as i32 - NAMES - 100)) as i32;
            let from = NAMES + 10;
            let bar = [(from, top + 5), (from + length.max(1), top + LINE - 5)];
            canvas.draw(&Rectangle::new(bar, colour(at).filled()))?;
            label(canvas, &grouped(value), (from + length + 8, middle), HPos::Left)?;
        }
        Ok(())
    })
}

/// Draws the percentage of lost SIGTERMs over the time since exec.
fn curves(results: &Results, path: &Path) -> Result<()> {
    const HEIGHT: u32 = 340;
    let Some(lost) = &results.lost_sigterm else { return Ok(()) };
    let curves: Vec<(usize, &Vec<f64>)> =
        lost.percent.iter().enumerate().filter_map(|(at, percent)| Some((at, percent.as_ref()?))).collect();
    let is_lost = |at: usize| curves.iter().any(|(_, percent)| percent[at] > 0.0);
    // Up to the first delay at which no peer loses a signal any more.
    let last = (0..lost.microseconds.len()).rfind(|&at| is_lost(at)).unwrap_or(0) + 1;
    let last = last.min(lost.microseconds.len() - 1);
    let end = lost.microseconds[last] as f64;
    let title = "Lost SIGTERMs in percent, by microseconds since exec";
    picture(path, HEIGHT, title, |canvas| {
        let (plot, names) = canvas.margin(TITLE, MARGIN, MARGIN, 0).split_horizontally(WIDTH as i32 - NAMES - 20);
        let mut chart = ChartBuilder::on(&plot)
            .x_label_area_size(28)
            .y_label_area_size(40)
            .build_cartesian_2d(0.0..end, 0.0..100.0)?;
        let style = ("sans-serif", 13).into_font().color(&TEXT);
        let whole = |value: &f64| grouped(value.round());
        chart
            .configure_mesh()
            .label_style(style)
            .axis_style(TEXT)
            .bold_line_style(FAINT)
            .light_line_style(TRANSPARENT)
            .x_label_formatter(&whole)
            .y_label_formatter(&whole)
            .y_labels(5)
            .draw()?;
        for (line, (at, percent)) in curves.iter().enumerate() {
            let points = lost.microseconds.iter().map(|&delay| delay as f64).zip(percent.iter().copied());
            chart.draw_series(LineSeries::new(points.take(last + 1), colour(*at).stroke_width(2)))?;
            let middle = line as i32 * (LINE - 6) + LINE / 2;
            names.draw(&Rectangle::new([(10, middle - 2), (30, middle + 2)], colour(*at).filled()))?;
            label(&names, &results.peers[*at].name, (38, middle), HPos::Left)?;
        }
        Ok(())
    })
}

/// Writes a picture of this height: a title, and below it what `content` draws.
fn picture(path: &Path, height: u32, title: &str, content: impl FnOnce(&Canvas) -> Result<()>) -> Result<()> {
    let mut text = String::new();
    {
        let canvas = SVGBackend::with_string(&mut text, (WIDTH, height)).into_drawing_area();
        let style = ("sans-serif", 16).into_font().color(&TEXT).pos(Pos::new(HPos::Left, VPos::Center));
        canvas.draw(&Text::new(title.to_owned(), (MARGIN, TITLE / 2), style))?;
        content(&canvas)?;
        canvas.present()?;
    }
    write(path, text.as_bytes())
}

fn label(canvas: &Canvas, text: &str, at: (i32, i32), from: HPos) -> Result<()> {
    let style = ("sans-serif", 14).into_font().color(&TEXT).pos(Pos::new(from, VPos::Center));
    Ok(canvas.draw(&Text::new(text.to_owned(), at, style))?)
}

fn colour(peer: usize) -> RGBColor {
    COLOURS[peer % COLOURS.len()]
}
