/** The kernels on the CPU, written with the Vector API. */
package dev.winnow.kernels.cpu;
