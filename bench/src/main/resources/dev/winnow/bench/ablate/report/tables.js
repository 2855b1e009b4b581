// Sorts a table by the column whose heading is pressed: first down, then up. Cells without a value stay last.
(function () {
  'use strict';

  function value(row, column) {
    const text = row.cells[column].dataset.sort ?? row.cells[column].textContent;
    const number = Number(text);
    return text === '' ? null : Number.isNaN(number) ? text : number;
  }

  function compare(a, b) {
    return typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b), 'en', { numeric: true });
  }

  function sort(table, column, descending) {
    const body = table.tBodies[0];
    const rows = Array.from(body.rows);
    rows.sort(function (first, second) {
      const a = value(first, column);
      const b = value(second, column);
      if (a === null || b === null) {
        return (a === null) - (b === null);
      }
      return descending ? compare(b, a) : compare(a, b);
    });
    body.append(...rows);
  }

  document.querySelectorAll('table.sortable').forEach(function (table) {
    const headings = Array.from(table.tHead.rows[0].cells);
    headings.forEach(function (heading, column) {
      heading.querySelector('button').addEventListener('click', function () {
        const descending = heading.getAttribute('aria-sort') !== 'descending';
        headings.forEach((other) => other.setAttribute('aria-sort', 'none'));
        heading.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
        sort(table, column, descending);
      });
    });
  });
})();
