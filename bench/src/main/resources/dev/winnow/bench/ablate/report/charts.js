// Draws what the element chart-data describes. Labels reach the page as text only, never as HTML.
(function () {
  'use strict';

  const LIGHT = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#c98a00', '#7a5195', '#8c564b'];
  const DARK = ['#5aa9e6', '#ff8c42', '#3ecf9b', '#e6a1c8', '#9bd4f5', '#f2c14e', '#b89be0', '#c99a8e'];
  const SYMBOLS = ['circle', 'rect', 'triangle', 'diamond'];
  const DASHES = ['solid', 'dashed', 'dotted'];
  const SCALE = ['#e08214', '#fdddb0', '#f7f7f7', '#b5d7ea', '#4393c3'];

  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const specs = JSON.parse(document.getElementById('chart-data').textContent);
  const drawn = new Map();

  function css(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function colour(index) {
    const palette = dark.matches ? DARK : LIGHT;
    return index < 0 ? css('--dense') : palette[index % palette.length];
  }

  function symbol(index) {
    return index < 0 ? 'diamond' : SYMBOLS[(index + Math.floor(index / LIGHT.length)) % SYMBOLS.length];
  }

  function figure(value) {
    const size = Math.abs(value);
    const text = size !== 0 && size < 0.001 ? value.toExponential(1) : value.toFixed(size < 10 ? 3 : size < 100 ? 1 : 0);
    return text.replace('-', '−');
  }

  function interval(triple) {
    return triple[1] === triple[2] ? figure(triple[0]) : figure(triple[0]) + ' [' + figure(triple[1]) + ', ' + figure(triple[2]) + ']';
  }

  function tip(heading, lines) {
    const box = document.createElement('div');
    box.className = 'tip';
    const bold = document.createElement('b');
    bold.textContent = heading;
    box.append(bold);
    lines.forEach(function (line) {
      const row = document.createElement('div');
      row.textContent = line;
      box.append(row);
    });
    return box;
  }

  // Ends of an axis on round numbers around all values, with a little room.
  function range(values) {
    const known = values.filter((v) => v !== null);
    let low = Math.min(...known);
    let high = Math.max(...known);
    const room = (high - low || Math.abs(high) || 1) * 0.06;
    const share = low >= 0 && high <= 1;
    low -= room;
    high += room;
    const rough = (high - low) / 5;
    const power = Math.pow(10, Math.floor(Math.log10(rough)));
    const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s >= rough);
    low = Math.floor(low / step) * step;
    high = Math.ceil(high / step) * step;
    return { min: round(share ? Math.max(0, low) : low), max: round(share ? Math.min(1.02, high) : high), interval: step };
  }

  function round(value) {
    return Number(value.toPrecision(10));
  }

  function base() {
    return {
      animation: false,
      textStyle: { fontFamily: 'system-ui, sans-serif', color: css('--ink') },
      tooltip: {
        confine: true,
        backgroundColor: css('--card'),
        borderColor: css('--rule'),
        textStyle: { color: css('--ink') },
      },
      toolbox: {
        right: 0,
        top: 0,
        itemSize: 13,
        iconStyle: { borderColor: css('--soft') },
        feature: { saveAsImage: { title: 'save as SVG', type: 'svg', backgroundColor: css('--card') } },
      },
    };
  }

  function axis(options) {
    return Object.assign(
      {
        nameLocation: 'middle',
        nameTextStyle: { color: css('--ink'), fontSize: 12.5 },
        axisLine: { show: true, lineStyle: { color: css('--soft') } },
        axisLabel: { color: css('--soft'), hideOverlap: true },
        splitLine: { lineStyle: { color: css('--rule') } },
      },
      options,
    );
  }

  function valueAxis(name, values, options) {
    const ends = range(values);
    return axis(
      Object.assign(
        {
          type: 'value',
          name: name,
          min: ends.min,
          max: ends.max,
          interval: ends.interval,
          axisLabel: { color: css('--soft'), showMaxLabel: ends.max !== 1.02, formatter: (v) => String(round(v)).replace('-', '−') },
        },
        options,
      ),
    );
  }

  function legend(names, selected) {
    return { type: 'scroll', bottom: 0, itemWidth: 15, itemHeight: 10, itemGap: 12, pageTextStyle: { color: css('--soft') }, pageIconColor: css('--ink'), pageIconInactiveColor: css('--rule'), pageIconSize: 11, data: names, selected: selected, textStyle: { color: css('--ink') } };
  }

  // A cross of both intervals around each point.
  function errorBars(points) {
    return {
      type: 'custom',
      silent: true,
      z: 1,
      data: points.map((p) => [p.x[0], p.y[0], p.x[1], p.x[2], p.y[1], p.y[2]]),
      renderItem: function (params, api) {
        const at = (x, y) => api.coord([x, y]);
        const style = { stroke: css('--soft'), lineWidth: 1.2, opacity: 0.75 };
        const line = function (a, b) {
          return { type: 'line', shape: { x1: a[0], y1: a[1], x2: b[0], y2: b[1] }, style: style };
        };
        const x = api.value(0);
        const y = api.value(1);
        return {
          type: 'group',
          children: [line(at(x, api.value(4)), at(x, api.value(5))), line(at(api.value(2), y), at(api.value(3), y))],
        };
      },
    };
  }

  function pareto(spec) {
    const names = [...new Set(spec.points.map((p) => p.technique))];
    const ends = range(spec.points.flatMap((p) => p.x).concat(1));
    const position = (p) => spec.front.findIndex((f) => f[0] === p.x[0] && f[1] === p.y[0]);
    const points = names.map(function (name) {
      const own = spec.points.filter((p) => p.technique === name);
      const tone = colour(own[0].colour);
      return {
        type: 'scatter',
        name: name,
        symbol: symbol(own[0].colour),
        symbolSize: own[0].colour < 0 ? 15 : 12,
        itemStyle: { color: tone },
        z: 3,
        data: own.map(function (p) {
          return {
            value: [p.x[0], p.y[0]],
            point: p,
            // Below the front's line, and inside the plot.
            label: { position: p.x[0] > ends.min + 0.72 * (ends.max - ends.min) ? 'left' : 'right' },
            itemStyle: p.masked ? { color: css('--card'), borderColor: tone, borderWidth: 2 } : undefined,
          };
        }),
        label: {
          show: true,
          distance: 4,
          color: css('--ink'),
          fontSize: 11.5,
          textBorderColor: css('--card'),
          textBorderWidth: 3,
          formatter: (p) => p.data.point.label,
        },
        // Neighbours on the front are named below and above it in turn.
        labelLayout: (p) => ({ hideOverlap: true, dy: position(own[p.dataIndex]) % 2 === 0 ? 10 : -10 }),
      };
    });
    const front = {
      type: 'line',
      name: 'front',
      data: spec.front,
      step: 'end',
      symbol: 'none',
      silent: true,
      z: 2,
      lineStyle: { color: css('--accent'), width: 2, opacity: 0.55 },
      itemStyle: { color: css('--accent') },
    };
    const xs = spec.points.flatMap((p) => p.x);
    return Object.assign(base(), {
      grid: { left: 62, right: 24, top: 34, bottom: 76 },
      legend: legend(names.concat('front')),
      tooltip: Object.assign(base().tooltip, {
        formatter: function (p) {
          const point = p.data.point;
          const lines = [spec.y.split(',')[0] + ': ' + interval(point.y), spec.x + ': ' + interval(point.x)];
          return tip(point.label, point.masked ? lines.concat('execution: masked') : lines);
        },
      }),
      xAxis: valueAxis(spec.x, xs.concat(1), { nameGap: 28 }),
      yAxis: valueAxis(spec.y, spec.points.flatMap((p) => p.y), { nameGap: 44, inverse: spec.inverse }),
      series: [errorBars(spec.points), front].concat(points),
    });
  }

  // The band between the lower and the upper ends of a line's intervals, broken where values are missing.
  function band(line, tone, opacity) {
    const runs = [];
    let open = null;
    line.points.forEach(function (p, i) {
      if (p[0] === null) {
        open = null;
      } else if (open) {
        open.push(i);
      } else {
        runs.push((open = [i]));
      }
    });
    return {
      type: 'custom',
      name: line.name,
      silent: true,
      z: 1,
      itemStyle: { color: tone },
      data: runs.filter((run) => run.length > 1).map((run) => [run[0], line.points[run[0]][0]]),
      renderItem: function (params, api) {
        const run = runs.filter((r) => r.length > 1)[params.dataIndex];
        const up = run.map((i) => api.coord([i, line.points[i][2]]));
        const down = run.map((i) => api.coord([i, line.points[i][1]])).reverse();
        return { type: 'polygon', shape: { points: up.concat(down) }, style: { fill: tone, opacity: opacity } };
      },
    };
  }

  function lines(spec) {
    const series = spec.series.flatMap(function (line) {
      const tone = colour(line.colour);
      return [
        band(line, tone, spec.series.length > 4 ? 0.06 : 0.14),
        {
          type: 'line',
          name: line.name,
          symbol: symbol(line.colour),
          symbolSize: line.colour < 0 ? 0.1 : 8,
          itemStyle: { color: tone },
          lineStyle: {
            color: tone,
            width: 2,
            type: line.colour < 0 ? 'dashed' : DASHES[Math.floor(line.colour / LIGHT.length) % DASHES.length],
          },
          z: line.colour < 0 ? 4 : 3,
          data: line.points.map((p, i) => ({ value: [i, p[0]], triple: p })),
        },
      ];
    });
    const selected = Object.fromEntries(spec.series.map((line) => [line.name, line.shown]));
    return Object.assign(base(), {
      grid: { left: 62, right: 24, top: 34, bottom: 76 },
      legend: legend(spec.series.map((line) => line.name), selected),
      tooltip: Object.assign(base().tooltip, {
        formatter: (p) => tip(p.seriesName, [spec.x + ': ' + spec.labels[p.value[0]], spec.y.split(',')[0] + ': ' + interval(p.data.triple)]),
      }),
      xAxis: axis({ type: 'category', name: spec.x, nameGap: 28, data: spec.labels, splitLine: { show: false } }),
      yAxis: valueAxis(spec.y, spec.series.flatMap((line) => line.points.flat()), { nameGap: 44, inverse: spec.inverse }),
      series: series,
    });
  }

  function heat(spec) {
    const cells = spec.values.flatMap((row, y) => row.map((v, x) => [x, y, v]));
    const labelled = cells.length <= 200;
    return Object.assign(base(), {
      grid: { left: 58, right: 12, top: 26, bottom: 78 },
      tooltip: Object.assign(base().tooltip, {
        formatter: (p) =>
          tip(spec.title, [
            spec.x + ': ' + spec.columns[p.value[0]],
            spec.y + ': ' + spec.rows[p.value[1]],
            p.seriesIndex === 0 ? 'mean: ' + figure(p.value[2]) : spec.missing,
          ]),
      }),
      xAxis: axis({ type: 'category', name: spec.x, nameGap: 24, data: spec.columns, splitLine: { show: false } }),
      yAxis: axis({ type: 'category', name: spec.y, nameGap: 40, data: spec.rows, inverse: true, splitLine: { show: false } }),
      visualMap: {
        seriesIndex: 0,
        min: spec.low,
        max: spec.high > spec.low ? spec.high : spec.low + 1,
        calculable: false,
        orient: 'horizontal',
        left: 'center',
        bottom: 0,
        itemWidth: 11,
        itemHeight: 150,
        precision: 2,
        text: [String(round(Number(spec.high.toPrecision(3)))), String(round(Number(spec.low.toPrecision(3))))],
        textStyle: { color: css('--soft') },
        inRange: { color: spec.highIsGood ? SCALE : SCALE.slice().reverse() },
      },
      series: [
        {
          type: 'heatmap',
          data: cells.filter((c) => c[2] !== null),
          label: { show: labelled, color: '#111', fontSize: 11, formatter: (p) => String(Number(p.value[2].toPrecision(2))).replace('-', '−') },
          itemStyle: { borderColor: css('--card'), borderWidth: 1 },
        },
        {
          type: 'custom',
          data: cells.filter((c) => c[2] === null).map((c) => [c[0], c[1]]),
          renderItem: function (params, api) {
            const size = api.size([1, 1]);
            const at = api.coord([api.value(0), api.value(1)]);
            return {
              type: 'rect',
              shape: { x: at[0] - size[0] / 2 + 0.5, y: at[1] - size[1] / 2 + 0.5, width: size[0] - 1, height: size[1] - 1 },
              style: { fill: css('--missing') },
            };
          },
        },
      ],
    });
  }

  const KINDS = { pareto: pareto, lines: lines, heat: heat };

  function draw(spec) {
    const place = document.getElementById(spec.id);
    if (place.closest('details:not([open])')) {
      return;
    }
    const chart = drawn.get(spec.id) || echarts.init(place, null, { renderer: 'svg' });
    drawn.set(spec.id, chart);
    chart.setOption(KINDS[spec.kind](spec), true);
  }

  specs.forEach(draw);
  dark.addEventListener('change', () => specs.forEach(draw));
  window.addEventListener('resize', () => drawn.forEach((chart) => chart.resize()));
  document.querySelectorAll('details').forEach(function (details) {
    details.addEventListener('toggle', () => details.open && specs.filter((s) => !drawn.has(s.id)).forEach(draw));
  });
})();
