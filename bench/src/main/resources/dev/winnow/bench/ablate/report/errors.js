// Shows on the page what goes wrong in its scripts: a chart that is missing must not look like no data.
window.addEventListener('error', function (event) {
  const errors = document.getElementById('errors');
  errors.hidden = false;
  errors.textContent += event.message + '\n';
});
