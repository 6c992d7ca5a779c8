// Says that scripts run: the style sheet then shows the live map in place of the still one.
document.documentElement.classList.add("live");
